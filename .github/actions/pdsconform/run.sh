#!/usr/bin/env bash
# Runs the suite as a step of GitHub Actions: run.sh PDSCONFORM. It checks a
# server, or the client whose driver ACTION_DRIVER starts. Options are in
# the environment (PDSCONFORM_<FLAG>), further flags in ACTION_ARGS, one on a
# line. The exit code is that of the run; it and the folder of the reports are
# outputs of the step as well.
set -euo pipefail

out=${PDSCONFORM_OUT:-pdsconform-report}
if [[ $out == *$'\n'* ]]; then
	echo "::error title=pdsconform::the folder for reports has a line break in its name"
	exit 2
fi

args=()
while IFS= read -r line; do
	line=${line#"${line%%[![:space:]]*}"}
	line=${line%"${line##*[![:space:]]}"}
	[[ -z $line ]] || args+=("$line")
done <<<"${ACTION_ARGS:-}"

# A client is checked where its driver is given, and a server otherwise.
command=(run)
if [[ -n ${ACTION_DRIVER:-} ]]; then
	command=(client --driver "$ACTION_DRIVER")
fi

# A job that is cancelled gets a signal, the shell alone. The run is to get it
# too: it still deletes what it made on the target, and writes its reports.
signalled=''
trap 'signalled=yes; kill -TERM $! 2>/dev/null || true' INT TERM
"$1" "${command[@]}" ${args[@]+"${args[@]}"} --out "$out" &
child=$!
code=0
wait "$child" || code=$?
# A signal ends the wait early, whether or not the run is over by then.
while [[ -n $signalled ]]; do
	signalled='' code=0
	wait "$child" || code=$?
done

printf 'exit-code=%s\nreport=%s\n' "$code" "$out" >>"$GITHUB_OUTPUT"
exit "$code"
