#!/usr/bin/env node
// Runs the program with the arguments, streams and exit code of this process.
import { spawn } from 'node:child_process'
import { binaryPath } from '../binary.js'

let path
try {
  path = binaryPath()
} catch (error) {
  console.error(`pdsconform: ${error.message}`)
  process.exit(2)
}
const child = spawn(path, process.argv.slice(2), { stdio: 'inherit' })
// A terminal sends its signals to both; others reach this process alone.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('error', (error) => {
  console.error(`pdsconform: ${path}: ${error.message}`)
  process.exit(70)
})
child.on('exit', (code) => process.exit(code ?? 130))
