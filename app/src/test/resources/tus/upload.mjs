// Uploads a file as any program does that uses tus-js-client: node upload.mjs <endpoint> <token> <file> [chunk size]
import fs from 'node:fs'
import * as tus from 'tus-js-client'

const [endpoint, token, path, chunkSize] = process.argv.slice(2)

const upload = new tus.Upload(fs.createReadStream(path), {
  endpoint,
  chunkSize: chunkSize ? Number(chunkSize) : Infinity,
  headers: { Authorization: `Bearer ${token}` },
  metadata: { filename: 'video.bin', filetype: 'application/octet-stream' },
  retryDelays: [0, 200, 500, 1000, 2000, 3000, 5000, 5000],
  onError: (error) => {
    console.error(String(error))
    process.exit(1)
  },
  onSuccess: () => console.log(upload.url),
})
upload.start()
