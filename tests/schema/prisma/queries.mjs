// Three queries through the generated client; their results go to standard output as JSON.
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaClient } from './generated/prisma/client.ts'

// where the database is, libpq's variables say
const client = new PrismaClient({ adapter: new PrismaPg({}) })

// relations through keys of one column, and of two
async function agreedPrices() {
  const rules = await client.accountPricing.findMany({
    where: { variantId: { not: null } },
    include: { account: true, variant: { include: { product: true } } },
    orderBy: { id: 'asc' },
    take: 20,
  })
  return rules.map(({ id, fixedPrice, account, variant }) => [
    id, fixedPrice, account.type, account.territory, variant.sku, variant.product.handle,
  ])
}

async function orderedInAll() {
  const { _count, _sum } = await client.orderLines.aggregate({
    _count: true,
    _sum: { lineTotal: true },
  })
  return [_count, _sum.lineTotal]
}

// with defaults of the database's, and rolled back
async function requestTakenBack() {
  const { id } = await client.accounts.findFirstOrThrow({ where: { type: 'DEALER' } })
  const now = new Date()
  const takenBack = new Error('taken back')
  try {
    await client.$transaction(async (transaction) => {
      takenBack.request = await transaction.rfqRequests.create({
        data: { account: { connect: { id } }, submittedAt: now, updatedAt: now },
        include: { rfqItems: true },
      })
      throw takenBack
    })
  } catch (error) {
    if (error !== takenBack) throw error
  }
  const { number, status, rfqItems } = takenBack.request
  return [number, status, rfqItems]
}

const found = {
  prices: await agreedPrices(),
  ordered: await orderedInAll(),
  request: await requestTakenBack(),
}
await client.$disconnect()
const numbers = (_, value) => (typeof value === 'bigint' ? Number(value) : value)
console.log(JSON.stringify(found, numbers))
