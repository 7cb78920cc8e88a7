// Starts a mock of an account server for a test, and steers it by its control
// server. Types and what each member promises are in index.d.ts.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { binaryPath } from './binary.js'

// startLimit is more than a busy machine needs; a mock starts in milliseconds.
const startLimit = 30_000

// flags that options stand for.
const flagOf = {
  adminPassword: '--admin-password', hostname: '--hostname', inviteInterval: '--invite-interval', inviteRequired: '--invite-required',
  jwtSecret: '--jwt-secret', latency: '--latency', maxPasswordLength: '--max-password-length', minPasswordLength: '--min-password-length',
  publicUrl: '--public-url', rateLimit: '--rate-limit', revision: '--revision', seed: '--seed',
}
const listFlagOf = { defects: '--defect', userDomains: '--user-domain', variants: '--odd' }
const others = ['accounts', 'answers', 'binary', 'flags', 'invites', 'scenarios', 'signal']

function flags(options) {
  const args = []
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || others.includes(name)) continue
    if (flagOf[name]) args.push(`${flagOf[name]}=${value}`)
    else if (listFlagOf[name]) args.push(...value.map((item) => `${listFlagOf[name]}=${item}`))
    else throw new TypeError(`startMock has no option ${name}`)
  }
  return [...args, ...(options.flags ?? [])]
}

/** An answer of the control server that is an error. */
export class ControlError extends Error {
  constructor(status, { error, message }) {
    super(message)
    this.name = 'ControlError'
    this.status = status
    this.error = error
  }
}

async function steer(control, method, path, input) {
  const response = await fetch(`${control}/control/v1/${path}`, { method, body: input === undefined ? undefined : JSON.stringify(input) })
  const text = await response.text()
  const answer = text === '' ? {} : JSON.parse(text)
  if (!response.ok) throw new ControlError(response.status, answer)
  return answer
}

export async function startMock(options = {}) {
  options.signal?.throwIfAborted()
  const args = ['mock', '--listen=127.0.0.1:0', '--control-listen=127.0.0.1:0', '--quiet', ...flags(options)]
  let folder
  if (options.accounts || options.invites) {
    folder = await mkdtemp(join(tmpdir(), 'pdsconform-'))
    const file = join(folder, 'accounts.json')
    await writeFile(file, JSON.stringify({ accounts: options.accounts ?? [], invites: options.invites ?? [] }), { mode: 0o600 })
    args.push(`--accounts=${file}`)
  }
  let child
  try {
    child = spawn(options.binary ?? binaryPath(), args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const [url, control] = await ready(child)
    return await steerable(child, url, control, options)
  } catch (error) {
    child?.kill()
    throw error
  } finally {
    if (folder) await rm(folder, { recursive: true, force: true })
  }
}

// ready waits for the line that names both addresses. What the program says
// against it is the error.
async function ready(child) {
  let out = ''
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text) => { said = (said + text).slice(-4000) })
  child.stdout.setEncoding('utf8')
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the mock was not ready after ${startLimit} ms: ${said}`)), startLimit)
    const fail = (error) => { clearTimeout(late); reject(error) }
    child.once('error', fail)
    child.once('close', (code) => fail(new Error(`the mock did not start (exit code ${code}): ${said.trim()}`)))
    child.stdout.on('data', (text) => {
      out += text
      const line = out.match(/^mock ready at (\S+) \(control (\S+)\)\n/)
      if (line) { clearTimeout(late); resolve([line[1], line[2]]) }
    })
  })
}

async function steerable(child, url, control, options) {
  // A mock that is left running keeps no process alive, and ends with it.
  child.unref()
  child.stdout.unref()
  child.stderr.unref()
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const ask = (method, path, input) => steer(control, method, path, input)
  const of = (did) => `accounts/${encodeURIComponent(did)}`
  let stopped
  const stop = () => stopped ??= (async () => {
    process.off('exit', kill)
    options.signal?.removeEventListener('abort', stop)
    if (child.exitCode !== null || child.signalCode !== null) return
    child.ref()
    const over = once(child, 'exit')
    child.kill()
    const late = setTimeout(kill, 10_000)
    await over
    clearTimeout(late)
  })()
  options.signal?.addEventListener('abort', stop, { once: true })
  const mock = {
    url,
    control,
    async advanceClock(by) { return new Date((await ask('POST', 'clock', { advance: typeof by === 'number' ? `${by}ms` : by })).now) },
    mail: (to) => ask('GET', to === undefined ? 'mail' : `mail?to=${encodeURIComponent(to)}`),
    accounts: {
      list: () => ask('GET', 'accounts'),
      add: (account) => ask('POST', 'accounts', account),
      change: (did, changes) => ask('PATCH', of(did), changes),
      async remove(did) { await ask('DELETE', of(did)) },
      async takeDown(did) { await ask('POST', `${of(did)}/takedown`) },
      async reinstate(did) { await ask('DELETE', `${of(did)}/takedown`) },
    },
    async scenario(scenario) {
      const { id } = await ask('POST', 'scenarios', scenario)
      return {
        id,
        async state() { return (await ask('GET', 'scenarios')).find((one) => one.id === id) },
        async end() { await ask('DELETE', `scenarios/${encodeURIComponent(id)}`) },
      }
    },
    async answers(answers) { return (await ask('PUT', 'answers', { answers })).answers },
    requests: () => ask('GET', 'requests'),
    async reset() { await ask('POST', 'reset') },
    stop,
  }
  if (Symbol.asyncDispose) mock[Symbol.asyncDispose] = stop
  try {
    for (const scenario of options.scenarios ?? []) await mock.scenario(scenario)
    if (options.answers) await mock.answers(options.answers)
  } catch (error) {
    await stop()
    throw error
  }
  return mock
}
