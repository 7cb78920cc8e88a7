/// <reference lib="esnext.disposable" />

/** A duration as Go writes it, such as `20m` or `1h30m`. */
export type Duration = string

/** An account to start with. */
export interface NewAccount {
  handle: string
  email: string
  password: string
  /** Otherwise one is made up. */
  did?: string
  takenDown?: boolean
  deactivated?: boolean
  emailConfirmed?: boolean
  appPasswords?: { name: string; password: string; privileged?: boolean }[]
  /** Codes that are the account's to give away. */
  invites?: { code: string; uses?: number; disabled?: boolean }[]
}

/** An account as it is, without its secrets. */
export interface Account {
  did: string
  handle: string
  /** Empty where it has none. */
  email: string
  emailConfirmed: boolean
  /** Whether a log-in asks for a mailed code. */
  authFactor: boolean
  takenDown: boolean
  deactivated: boolean
  deleteAfter?: string
  createdAt: string
  appPasswords: { name: string; privileged: boolean; createdAt: string }[]
}

/** A message that the server has sent. */
export interface Message {
  id: string
  to: string
  from: string
  subject: string
  text: string
  /** The code that the text carries. */
  token: string
  at: string
}

/** A misbehaviour for some requests: the first four members say which, the others what. */
export interface Scenario {
  /** An NSID or its last word; without it every method. */
  method?: string
  /** A handle, DID or email address; without it everybody. */
  account?: string
  /** How many such requests are let through first. */
  skip?: number
  /** How many requests it applies to; without it all. */
  times?: number
  delay?: Duration
  /** From 300 to 599; the request isn't carried out. */
  status?: number
  /** The name of an error, with status 400 where none is given. */
  error?: string
  message?: string
  /** The request is carried out although something else is answered. */
  carryOut?: boolean
  headers?: Record<string, string | number>
  body?: 'empty' | 'truncated' | 'malformed' | 'html' | 'text'
  drop?: 'at-once' | 'before-answer' | 'after-headers' | 'mid-body'
  /** The ID of a defect; `pdsconform mock defects` lists them. */
  defect?: string
}

/** A scenario, and how far it has got. */
export interface ScenarioState extends Scenario {
  id: string
  skipped: number
  applied: number
  /** Whether it applies to no more. */
  spent: boolean
}

/** A scenario that was added. */
export interface AddedScenario {
  readonly id: string
  /** How far it has got; undefined once it was ended. */
  state(): Promise<ScenarioState | undefined>
  end(): Promise<void>
}

/** What a method that the mock doesn't serve by itself is answered with. */
export interface Answer {
  method: string
  /** A handle, DID or email address; without it everybody. */
  account?: string
  /** Parameters that the call must have. */
  params?: Record<string, unknown>
  /** Members that the input must have. */
  input?: Record<string, unknown>
  status?: number
  headers?: Record<string, string>
  /** The body; its texts may be templates, such as `{{.Handle}}`. */
  json?: unknown
  /** The body, where it isn't JSON. */
  text?: string
  /** Calls without credentials are answered, too. */
  public?: boolean
  /** It takes precedence over what the mock itself does for the method. */
  override?: boolean
  /** The answer is meant, although it doesn't fit the method's document. */
  unchecked?: boolean
}

/** A request that a client sent, secrets replaced. */
export interface LoggedRequest {
  /** 1 for the first since the start. */
  id: number
  at: string
  durationMs: number
  method: string
  path: string
  query?: string
  /** Where a method was called. */
  nsid?: string
  /** The DID that the token stood for. */
  account?: string
  authorization?: string
  contentType?: string
  userAgent?: string
  body?: unknown
  /** 0 where the connection was closed without an answer. */
  status: number
  error?: string
  response?: unknown
  /** The ID of the scenario that applied. */
  scenario?: string
  [more: string]: unknown
}

/** What a mock starts with; nothing has to be given. */
export interface MockOptions {
  accounts?: NewAccount[]
  /** Codes that are nobody's in particular. */
  invites?: { code: string; uses?: number; disabled?: boolean }[]
  scenarios?: Scenario[]
  answers?: Answer[]
  /** Of the lexicon documents: `2023-04` or `2026-07`. */
  revision?: string
  /** Of the user admin; without it `admin-pass`. */
  adminPassword?: string
  inviteRequired?: boolean
  inviteInterval?: Duration
  minPasswordLength?: number
  maxPasswordLength?: number
  hostname?: string
  publicUrl?: string
  userDomains?: string[]
  jwtSecret?: string
  latency?: Duration
  /** For each address, such as `3000/5m`. */
  rateLimit?: string
  /** Fixes everything that is random. */
  seed?: number
  /** Faults to inject; `pdsconform mock defects` lists them. */
  defects?: string[]
  /** Legal but unusual variants; `pdsconform mock variants` lists them. */
  variants?: string[]
  /** Further flags of `pdsconform mock`. */
  flags?: string[]
  /** The path of a program to use in the place of the package's. */
  binary?: string
  /** Stops the mock when it is aborted, such as the signal of a `node:test` context. */
  signal?: AbortSignal
}

/** A running mock. */
export interface Mock extends AsyncDisposable {
  /** The base URL of the account server. */
  readonly url: string
  /** The base URL of the control server, which is a page for people too. */
  readonly control: string
  /** Moves the clock forward, by a duration or milliseconds, and returns its time. */
  advanceClock(by: Duration | number): Promise<Date>
  /** The messages sent so far, newest last; those to one address where it is given. */
  mail(to?: string): Promise<Message[]>
  readonly accounts: {
    list(): Promise<Account[]>
    /** Adds an account without a sign-up. */
    add(account: NewAccount): Promise<Account>
    change(did: string, changes: Partial<Pick<Account, 'handle' | 'email' | 'emailConfirmed' | 'authFactor' | 'deactivated'>>): Promise<Account>
    remove(did: string): Promise<void>
    takeDown(did: string): Promise<void>
    reinstate(did: string): Promise<void>
  }
  /** Makes something happen to the requests that a scenario names. */
  scenario(scenario: Scenario): Promise<AddedScenario>
  /** Replaces the answers for methods that the mock doesn't serve by itself. */
  answers(answers: Answer[]): Promise<Answer[]>
  /** The newest requests, at most a thousand, oldest first. */
  requests(): Promise<LoggedRequest[]>
  /** Back to the state at the start. */
  reset(): Promise<void>
  /** Ends the mock. More than once does no harm; it also ends with this process. */
  stop(): Promise<void>
}

/** An answer of the control server that is an error. */
export class ControlError extends Error {
  readonly status: number
  /** A name for programs, such as InvalidRequest or NotFound. */
  readonly error: string
}

/** Starts a mock on free ports of this machine, and waits until it is ready. */
export function startMock(options?: MockOptions): Promise<Mock>
