import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { AtpAgent } from '@atproto/api'
import { ControlError, startMock } from 'pdsconform'

const run = promisify(execFile)
const alice = { handle: 'alice.test', email: 'alice@example.com', password: 'correct horse' }

// started is a mock that ends with its test.
async function started(t, options) {
  const mock = await startMock(options)
  t.after(() => mock.stop())
  return mock
}

test('a real client: sign-up, expiry and refresh, mail', async (t) => {
  const mock = await started(t)
  const agent = new AtpAgent({ service: mock.url })
  await agent.createAccount(alice)
  const { accessJwt } = agent.session
  const before = Date.now()
  assert.ok(await mock.advanceClock('3h') >= new Date(before + 3 * 3_600_000))
  await agent.com.atproto.server.getSession()
  assert.notEqual(agent.session.accessJwt, accessJwt)

  await agent.com.atproto.server.requestPasswordReset({ email: alice.email })
  const [message, ...more] = await mock.mail(alice.email)
  assert.equal(more.length, 0)
  await agent.com.atproto.server.resetPassword({ token: message.token, password: 'battery staple' })
  await new AtpAgent({ service: mock.url }).login({ identifier: alice.handle, password: 'battery staple' })
  assert.deepEqual(await mock.mail('nobody@example.com'), [])
})

test('accounts are seeded, changed, taken down and removed', async (t) => {
  const mock = await started(t, { accounts: [alice], invites: [{ code: 'welcome', uses: 2 }], inviteRequired: true })
  const [seeded] = await mock.accounts.list()
  assert.equal(seeded.handle, alice.handle)
  const logIn = () => new AtpAgent({ service: mock.url }).login({ identifier: alice.handle, password: alice.password })
  await logIn()
  await mock.accounts.takeDown(seeded.did)
  await assert.rejects(logIn, { error: 'AccountTakedown' })
  await mock.accounts.reinstate(seeded.did)
  await logIn()
  const bob = await mock.accounts.add({ handle: 'bob.test', email: 'bob@example.com', password: 'long enough' })
  assert.equal((await mock.accounts.change(bob.did, { email: 'robert@example.com' })).email, 'robert@example.com')
  await mock.accounts.remove(bob.did)
  assert.equal((await mock.accounts.list()).length, 1)
  await new AtpAgent({ service: mock.url }).createAccount({ handle: 'eve.test', email: 'eve@example.com', password: 'long enough', inviteCode: 'welcome' })
  await mock.reset()
  assert.deepEqual((await mock.accounts.list()).map((account) => account.handle), [alice.handle])
})

test('a scenario happens as often as it says, and the requests tell of it', async (t) => {
  const mock = await started(t, { accounts: [alice], scenarios: [{ method: 'describeServer', times: 1, status: 503 }] })
  const added = await mock.scenario({ method: 'createSession', times: 1, error: 'RateLimitExceeded', status: 429 })
  const describe = () => fetch(`${mock.url}/xrpc/com.atproto.server.describeServer`)
  assert.equal((await describe()).status, 503)
  assert.equal((await describe()).status, 200)
  await assert.rejects(new AtpAgent({ service: mock.url }).login({ identifier: alice.handle, password: alice.password }), { status: 429 })
  assert.equal((await added.state()).spent, true)
  await added.end()
  assert.equal(await added.state(), undefined)
  const log = await mock.requests()
  assert.deepEqual(log.map((request) => request.status), [503, 200, 429])
  assert.ok(!JSON.stringify(log).includes(alice.password))
})

test('answers stand in for methods that the mock does not have', async (t) => {
  const answer = { method: 'app.bsky.actor.getProfile', public: true, json: { did: 'did:web:a.test', handle: 'a.test' } }
  const mock = await started(t, { answers: [answer] })
  const response = await fetch(`${mock.url}/xrpc/app.bsky.actor.getProfile?actor=a.test`)
  assert.deepEqual([response.status, await response.json()], [200, answer.json])
  assert.deepEqual(await mock.answers([]), [])
})

test('revision, faults and variants are options', async (t) => {
  const mock = await started(t, {
    accounts: [alice], revision: '2026-07', seed: 1, variants: ['extra-fields'], defects: ['output.createSession.email.wrong-type'],
    userDomains: ['.one.test', '.two.test'], minPasswordLength: 4, flags: ['--hostname=pds.test'],
  })
  const describe = await (await fetch(`${mock.url}/xrpc/com.atproto.server.describeServer`)).json()
  assert.deepEqual([describe.did, describe.availableUserDomains], ['did:web:pds.test', ['.one.test', '.two.test']])
  const session = await fetch(`${mock.url}/xrpc/com.atproto.server.createSession`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ identifier: alice.handle, password: alice.password }),
  })
  assert.equal(typeof (await session.json()).email, 'number')
})

test('mistakes are told by name', async (t) => {
  await assert.rejects(startMock({ revison: '2026-07' }), /no option revison/)
  await assert.rejects(startMock({ revision: '1999-01' }), /--revision must be one of/)
  await assert.rejects(startMock({ accounts: [{ handle: 'alice.test' }] }), /email/)
  await assert.rejects(startMock({ binary: '/nowhere/pdsconform' }), { code: 'ENOENT' })
  const mock = await started(t)
  await assert.rejects(mock.advanceClock('soon'), (error) => error instanceof ControlError && error.status === 400 && /advance/.test(error.message))
  await assert.rejects(startMock({ scenarios: [{ method: 'noSuch', status: 503 }] }), ControlError)
})

test('many at once are apart, and a stopped one is gone', async () => {
  const mocks = await Promise.all(Array.from({ length: 5 }, () => startMock()))
  assert.equal(new Set(mocks.map((mock) => mock.url)).size, 5)
  await mocks[0].accounts.add(alice)
  assert.deepEqual(await mocks[1].accounts.list(), [])
  await Promise.all([...mocks, mocks[0]].map((mock) => mock.stop()))
  await assert.rejects(fetch(mocks[0].url))
})

test('an aborted signal stops it', async () => {
  const aborting = new AbortController()
  const mock = await startMock({ signal: aborting.signal })
  aborting.abort()
  await mock.stop()
  await assert.rejects(fetch(mock.url))
  await assert.rejects(startMock({ signal: aborting.signal }), { name: 'AbortError' })
})

test('one that is left running ends with the process, and does not keep it', async () => {
  const script = `const { startMock } = await import('pdsconform'); console.log((await startMock()).url)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: import.meta.dirname })
  await assert.rejects(fetch(stdout.trim()))
})

test('npx pdsconform hands on arguments, output, exit code and signals', async () => {
  const npx = (...args) => run('npx', ['--no', 'pdsconform', ...args])
  assert.match((await npx('version')).stdout, /^pdsconform v\d/)
  await assert.rejects(npx('run', '--targt', 'x'), { code: 2, stderr: /did you mean --target/ })
  const mock = spawn(process.execPath, ['node_modules/pdsconform/bin/pdsconform.js', 'mock', '--listen=127.0.0.1:0', '--control-listen=127.0.0.1:0', '--quiet'])
  await once(mock.stdout, 'data')
  mock.kill('SIGTERM')
  assert.deepEqual(await once(mock, 'exit'), [0, null])
})

// Every block of a README that imports the package is carried out: by vitest
// where it says so, else by node, as tests or as a program.
let specs = 0
for (const readme of process.env.READMES?.split(':') ?? []) {
  const blocks = (await readFile(readme, 'utf8')).matchAll(/^```js\n(.*?)^```$/gms)
  for (const [, block] of blocks) {
    if (!block.includes("from 'pdsconform'")) continue
    test(`a block of ${readme}: ${block.match(/.*test\('(.*?)'|$/)[1] ?? 'a program'}`, async () => {
      if (!block.includes("from 'vitest'")) {
        await run(process.execPath, ['--input-type=module', '--eval', block], { cwd: import.meta.dirname })
        return
      }
      const spec = `readme-${++specs}.spec.js`
      await writeFile(spec, block)
      await run('node_modules/.bin/vitest', ['run', '--dir', '.', spec])
    })
  }
}
