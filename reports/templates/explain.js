function planOf(identity) {
  return JSON.parse(document.getElementById(identity).textContent);
}
function nodesOf(node) {
  return [node].concat(...(node.Plans || []).map(nodesOf));
}
function figure(name, value) {
  const row = document.createElement("div");
  const text = Array.isArray(value) ? value.map((v) => (typeof v === "object" ? JSON.stringify(v) : v)).join(", ")
    : typeof value === "object" ? JSON.stringify(value) : String(value);
  row.append(
    Object.assign(document.createElement("dt"), { textContent: name }),
    Object.assign(document.createElement("dd"), { textContent: text }),
  );
  if (text.length > 34) row.className = "wide";
  if (value === 0 || value === false) row.className = "nothing";
  return row;
}
function show(details) {
  const place = details.querySelector(".figures");
  if (place.childElementCount) return;
  const node = nodesOf(planOf(details.closest(".plan").dataset.plan).Plan)[Number(details.dataset.node)];
  const list = document.createElement("dl");
  const entries = Object.entries(node).filter(([name]) => name !== "Plans");
  const nothing = ([, value]) => value === 0 || value === false;
  for (const [name, value] of entries.filter((e) => !nothing(e)).concat(entries.filter(nothing))) {
    list.append(figure(name, value));
  }
  place.append(list);
}
for (const details of document.querySelectorAll(".node")) {
  details.addEventListener("toggle", () => details.open && show(details));
  if (details.open) show(details);
}
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = Object.assign(document.createElement("textarea"), { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    await copy(JSON.stringify([planOf(button.dataset.plan)], null, 2));
    button.textContent = "copied";
    setTimeout(() => { button.textContent = "copy JSON"; }, 1500);
  });
}
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === "DETAILS") target.open = true;
}
addEventListener("hashchange", openTarget);
openTarget();
