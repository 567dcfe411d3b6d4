// Runs as git's post-receive hook: passes the moved refs to the forge and its words on to the person who pushed.
// The push has succeeded by now, so this always ends with 0.
import { request } from 'node:http'
import { argv, stdin, stdout } from 'node:process'

const [, , socketPath, repositoryId, login] = argv

const gone = () => {
  stdout.write('The forge is not running. What was pushed is kept, and told when the forge starts again.\n')
}

const outgoing = request({ socketPath, path: `/pushes/${repositoryId}/${login}`, method: 'POST' }, (incoming) => {
  incoming.on('error', gone)
  incoming.pipe(stdout)
})
outgoing.on('error', gone)
// Nobody may be listening any more, after a Ctrl-C of `git push`.
stdout.on('error', () => outgoing.destroy())
stdin.pipe(outgoing)
