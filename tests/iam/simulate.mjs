// Judges a batch of simulations: a JSON list on standard input, a JSON list of verdicts on standard output.
import { text } from 'node:stream/consumers'
import { runSimulation } from '@cloud-copilot/iam-simulate'

const verdicts = []
for (const simulation of JSON.parse(await text(process.stdin))) {
  const { overallResult, errors, result } = await runSimulation(simulation, {})
  const statements = ['identityAnalysis', 'resourceAnalysis'].flatMap((side) =>
    (result?.analysis?.[side]?.allowStatements ?? []).map(({ statement }) => statement),
  )
  verdicts.push({ result: overallResult, errors, ignored: result?.ignoredContextKeys ?? [], statements })
}
process.stdout.write(JSON.stringify(verdicts))
