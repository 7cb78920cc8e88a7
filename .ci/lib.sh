# What the scripts of this folder share; they source it, in bash with set -eu
# and the root of the checkout as folder.
#
#   work      a folder for what is temporary, gone in the end
#   reports   where runs write to: $CI_OUT, which stays, or else in work

work=$(mktemp -d)
reports=${CI_OUT:-$work/reports}
mkdir -p "$reports"
reports=$(cd "$reports" && pwd)
pdsconform=$work/pdsconform
mock=

stop_mock() {
	if [[ -n $mock ]]; then
		kill "$mock" 2>/dev/null || true
		wait "$mock" 2>/dev/null || true
	fi
	mock=
}

cleanup() {
	stop_mock
	rm -rf "$work"
}
trap cleanup EXIT

# step NAME COMMAND… runs a command and prints how long it took.
step() {
	local name=$1 start=$SECONDS
	shift
	printf '== %s\n' "$name"
	"$@"
	printf '== %s: %ds\n' "$name" "$((SECONDS - start))"
}

# fail REASON… ends it all.
fail() {
	printf '%s\n' "$*" >&2
	exit 1
}

# build builds the program as the action of GitHub does where there is no release.
build() { .github/actions/pdsconform/build.sh "$pdsconform"; }

# run_embedded NAME FLAG… runs with reports in a folder of that name.
run_embedded() { "$pdsconform" run --progress none --out "$reports/$1" "${@:2}"; }

# verdicts FOLDER prints a line for each requirement of a report: ID and outcome.
verdicts() {
	sed -n 's/^      "\(id\|outcome\)": "\(.*\)",\{0,1\}$/\2/p' "$1/report.json" | paste - -
}

# start_mock FLAG… serves a mock with the options of the one that a run embeds,
# and further ones.
start_mock() {
	stop_mock
	rm -f "$work/mock.log"
	"$pdsconform" mock --listen 127.0.0.1:0 --control-listen 127.0.0.1:0 --quiet \
		--invite-required --invite-interval 24h --seed 1 "$@" >"$work/mock.log" &
	mock=$!
	await_line "$mock" "$work/mock.log"
	cat "$work/mock.log"
}

# await_line PROCESS FILE waits until the process has printed something there.
await_line() {
	local tries=0
	until [[ -s $2 ]]; do
		kill -0 "$1" && ((tries++ < 100)) || fail "what prints to ${2##*/} is not ready"
		sleep 0.1
	done
}

# into_readme README NAME FILE puts a file between a README's marks of that name.
into_readme() {
	sed -i -e "/^<!-- $2:/,/^<!-- \\/$2/{//!d}" -e "/^<!-- $2:/r $3" "$1"
}

# target_url and control_url are those of the mock that was started.
target_url() { sed -n 's|^mock ready at \([^ ]*\).*|\1|p' "$work/mock.log"; }
control_url() { sed -n 's|.*(control \([^)]*\)).*|\1|p' "$work/mock.log"; }

# run_against_mock NAME FLAG… runs against the mock that was started.
run_against_mock() {
	PDSCONFORM_ADMIN_PASSWORD=admin-pass run_embedded "$1" \
		--target "$(target_url)" --control "$(control_url)" "${@:2}"
}

# free_port prints one that nobody listens on.
free_port() {
	local port
	while port=$((20000 + RANDOM % 12000)) && (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
	echo "$port"
}

# chromium prints the name of a browser of that family, if there is one.
chromium() {
	local name
	for name in chromium chromium-browser google-chrome google-chrome-stable headless-shell; do
		command -v "$name" && return
	done
	return 1
}
