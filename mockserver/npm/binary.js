// Finds the program, which is in a package of its own for each platform: npm
// installs the one that fits, and nothing is downloaded after that.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const supported = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64']

/** The path of the program for this platform. */
export function binaryPath(platform = process.platform, arch = process.arch) {
  const name = `${platform}-${arch}`
  if (!supported.includes(name)) {
    throw new Error(`pdsconform has no program for ${name}, only for ${supported.join(', ')}: build it with Go and give its path as the option binary`)
  }
  const require = createRequire(import.meta.url)
  let manifest
  try {
    manifest = require.resolve(`@pdsconform/${name}/package.json`)
  } catch {
    throw new Error(`the package @pdsconform/${name}, which holds the program, is not installed: install again without --omit=optional, on this platform`)
  }
  return join(dirname(manifest), 'bin', platform === 'win32' ? 'pdsconform.exe' : 'pdsconform')
}
