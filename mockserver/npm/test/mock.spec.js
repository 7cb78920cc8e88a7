// In vitest, a mock for each test that asks for one.
import { expect, test as base } from 'vitest'
import { startMock } from 'pdsconform'

const test = base.extend({
  mock: async ({}, use) => {
    const mock = await startMock({ accounts: [{ handle: 'alice.test', email: 'alice@example.com', password: 'correct horse' }] })
    await use(mock)
    await mock.stop()
  },
})

for (const order of ['first', 'second']) {
  test(`the ${order} test has a mock of its own`, async ({ mock }) => {
    expect(await mock.accounts.list()).toHaveLength(1)
    await mock.accounts.add({ handle: 'bob.test', email: 'bob@example.com', password: 'battery staple' })
    expect(await mock.accounts.list()).toHaveLength(2)
  })
}
