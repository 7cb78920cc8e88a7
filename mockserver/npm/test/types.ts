// What tsc is to accept, and what not.
import { ControlError, startMock, type Message, type Mock, type ScenarioState } from 'pdsconform'

export async function use(): Promise<void> {
  await using mock: Mock = await startMock({ accounts: [{ handle: 'alice.test', email: 'a@example.com', password: 'x' }], revision: '2026-07' })
  const url: string = mock.url
  const messages: Message[] = await mock.mail('a@example.com')
  const now: Date = await mock.advanceClock('3h')
  const added = await mock.scenario({ method: 'refreshSession', times: 2, status: 502 })
  const state: ScenarioState | undefined = await added.state()
  const answers = await mock.answers([{ method: 'app.bsky.actor.getProfile', json: { did: 'did:web:a.test' } }])
  const status: number[] = (await mock.requests()).map((request) => request.status)
  console.log(url, messages, now, state, answers, status, ControlError)
  // @ts-expect-error there is no such option
  await startMock({ revison: '2026-07' })
  // @ts-expect-error a body has one of a few ways to go wrong
  await mock.scenario({ body: 'upside-down' })
  // @ts-expect-error an account needs an email and a password
  await mock.accounts.add({ handle: 'bob.test' })
}
