// Uploads a file with tus-js-client, one line of JSON on standard output.
// Arguments: way, endpoint, token, digest, file, and for "resume" the upload's URL.
import { createRequire } from 'node:module'
import { createReadStream, readFileSync, statSync } from 'node:fs'

const tus = createRequire(process.env.TUS_MODULES + '/')('tus-js-client')
const [way, endpoint, token, digest, file, uploadUrl] = process.argv.slice(2)
const chunk = 256 * 1024
const headers = { Authorization: `Bearer ${token}` }

const answer = (value) => console.log(JSON.stringify(value))
const options = {
  endpoint,
  headers,
  metadata: { filename: 'größe.step', digest },
  chunkSize: chunk,
  retryDelays: [0, 50, 100],
  onSuccess: () => answer({ url: upload.url }),
  onError: (error) => answer({ url: upload.url, status: error.originalResponse?.getStatus() ?? 0, error: String(error) }),
}
let source = readFileSync(file)
switch (way) {
  case 'whole':
    options.chunkSize = Infinity
    break
  case 'chunks':
    break
  case 'stream':
    source = createReadStream(file)
    options.uploadSize = statSync(file).size
    break
  case 'during creation':
    options.uploadDataDuringCreation = true
    break
  case 'override':
    options.overridePatchMethod = true
    break
  case 'interrupt':
    options.onChunkComplete = (size, sent) => {
      if (sent >= 2 * chunk) upload.abort(false).then(() => answer({ url: upload.url, sent }))
    }
    break
  case 'terminate':
    options.onChunkComplete = () => upload.abort(true).then(() => answer({ url: upload.url }))
    break
  case 'resume':
    options.uploadUrl = uploadUrl
    break
  default:
    throw new Error(`no such way: ${way}`)
}
const upload = new tus.Upload(source, options)
upload.start()
