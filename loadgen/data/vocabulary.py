"""The words that texts are made of: trade words here; names and sentences, made once, in a file."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

_FILE = Path(__file__).with_name("vocabulary.json")

HARDWARE_QUALITIES = (
    "Heavy Duty", "Marine Grade", "Stainless", "Brushed", "Polished", "Forged", "Architectural",
    "Commercial", "Residential", "Fire Rated", "Slimline", "Reinforced", "Galvanised", "Vintage",
    "Concealed", "Tamper Proof", "Quick Fit", "Self Closing", "Acoustic", "Weatherproof",
)  # fmt: skip
HARDWARE_THINGS = (
    "Mortise Lock", "Door Closer", "Lever Handle", "Hinge", "Deadbolt", "Cylinder", "Strike Plate",
    "Exit Device", "Door Stop", "Flush Bolt", "Pull Handle", "Knob Set", "Latch", "Padlock",
    "Door Viewer", "Kick Plate", "Threshold", "Weatherstrip", "Cabinet Hinge", "Drawer Slide",
    "Façade Bracket", "Cam Lock", "Keypad Lock", "Transom Closer", "Gate Latch",
)  # fmt: skip
SUPPLEMENT_QUALITIES = (
    "Organic", "Vegan", "High Potency", "Sugar Free", "Liposomal", "Fermented", "Whole Food",
    "Time Release", "Raw", "Micronised", "Grass Fed", "Wild", "Sport", "Daily", "Advanced",
    "Gentle", "Chewable", "Concentrated", "Essential", "Pure",
)  # fmt: skip
SUPPLEMENT_THINGS = (
    "Whey Protein", "Vitamin D3", "Magnesium Citrate", "Omega 3", "Creatine", "Collagen Peptides",
    "Probiotic", "Multivitamin", "Zinc Picolinate", "Turmeric", "Açaí Powder", "Maté Extract",
    "Pre Workout", "Electrolyte Mix", "Ashwagandha", "Vitamin C", "B Complex", "Melatonin",
    "Glucosamine", "Pea Protein", "Green Tea Extract", "Crème Vanilla Shake", "Jalapeño Bar",
    "Iron Bisglycinate", "Spirulina",
)  # fmt: skip
HARDWARE_TAGS = (
    "bestseller", "new", "clearance", "bulk", "ada", "grade-1", "grade-2", "import", "usa-made",
    "seasonal", "pro-only", "eco",
)  # fmt: skip
SUPPLEMENT_TAGS = (
    "bestseller", "new", "clearance", "bulk", "gluten-free", "kosher", "halal", "non-gmo", "import",
    "usa-made", "seasonal", "eco",
)  # fmt: skip
REGIONS = (
    "Northeast", "Mid-Atlantic", "Southeast", "Florida", "Great Lakes", "Midwest", "Plains",
    "Texas", "Mountain", "Southwest", "California", "Pacific Northwest",
)  # fmt: skip
CATEGORIES = (
    "Locks", "Hinges", "Handles", "Closers", "Exit Devices", "Keys", "Cabinet Hardware", "Gates",
    "Sealing", "Accessories", "Protein", "Vitamins", "Minerals", "Herbs", "Sport Nutrition",
    "Probiotics", "Superfoods", "Sleep", "Joints", "Snacks",
)  # fmt: skip
INGREDIENTS = (
    "Vitamin A", "Vitamin B6", "Vitamin B12", "Vitamin C", "Vitamin D3", "Vitamin E", "Vitamin K2",
    "Thiamin", "Riboflavin", "Niacin", "Folate", "Biotin", "Pantothenic Acid", "Choline",
    "Calcium", "Iron", "Iodine", "Magnesium", "Zinc", "Selenium", "Copper", "Manganese",
    "Chromium", "Potassium", "Whey Protein Isolate", "Pea Protein", "Collagen", "Creatine",
    "Beta-Alanine", "L-Theanine", "L-Carnitine", "Taurine", "Caffeine", "EPA", "DHA", "Curcumin",
    "Ashwagandha Root", "Green Tea Extract", "Açaí", "Lactobacillus Acidophilus",
    "Vegetable Cellulose",
)  # fmt: skip
ALLERGENS = (
    "Milk", "Egg", "Fish", "Crustacean shellfish", "Tree nuts", "Peanuts", "Wheat", "Soy", "Sesame",
    "Celery", "Mustard", "Lupin", "Molluscs", "Sulphites",
)  # fmt: skip
# code, name on the label, who certifies
CERTIFICATIONS = (
    ("organic", "USDA Organic", "USDA"), ("nsf-sport", "NSF Certified for Sport", "NSF"),
    ("halal", "Halal", "IFANCA"), ("kosher", "Kosher", "Orthodox Union"),
    ("non-gmo", "Non-GMO Project Verified", "Non-GMO Project"),
    ("gluten-free", "Certified Gluten-Free", "GFCO"), ("vegan", "Certified Vegan", "Vegan Action"),
    ("informed-sport", "Informed Sport", "LGC"), ("gmp", "GMP", "NSF"), ("msc", "MSC", "MSC"),
)  # fmt: skip
# axes of variants by kind of goods: name, label, values with what each adds to the price in cents
HARDWARE_AXES = (
    ("finish", "Finish", ("Satin", "Brass", "Matte Black", "Bronze", "Chrome", "White", "Antique")),
    ("door_thickness", "Door thickness", ("35 mm", "40 mm", "44 mm", "50 mm", "54 mm", "60 mm")),
    ("key_type", "Key type", ("Alike", "Different", "Master keyed", "Keyless", "Thumbturn")),
)  # fmt: skip
SUPPLEMENT_AXES = (
    ("flavour", "Flavour", ("Vanilla", "Chocolate", "Berry", "Lemon", "Açaí", "Mango", "Neutral")),
    ("size", "Size", ("250 g", "500 g", "1 kg", "2 kg", "5 kg", "10 kg")),
    ("form", "Form", ("Powder", "Capsule", "Tablet", "Liquid", "Gummy")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Words and sentences, as columns to gather from.

    Args:
        sentences: of descriptions, the first half of them about hardware.
        messages: of buyers.
    """

    companies: pl.Series
    first_names: pl.Series
    last_names: pl.Series
    sentences: pl.Series
    messages: pl.Series


@cache
def words() -> Words:
    """Return the stored words."""
    stored: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return Words(
        companies=pl.Series(stored["companies"]),
        first_names=pl.Series(stored["first_names"]),
        last_names=pl.Series(stored["last_names"]),
        sentences=pl.Series(stored["hardware"] + stored["supplements"]),
        messages=pl.Series(stored["messages"]),
    )
