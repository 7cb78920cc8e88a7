#!/usr/bin/env bash
# Builds the pdsconform that this file came with: build.sh FILE. ACTION_REF is
# the version that it calls itself by, where there is one.
set -euo pipefail

if ! command -v go >/dev/null; then
	echo "::error title=pdsconform::go is missing on this runner: put actions/setup-go before this action"
	exit 2
fi
settings=(-s -w)
if [[ ${ACTION_REF:-} =~ ^[A-Za-z0-9][A-Za-z0-9._/-]*$ ]]; then
	settings+=("-X main.release=$ACTION_REF")
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd)
# A workspace or module mode of the calling repository is none of this build's.
cd "$root"
GOWORK=off GOFLAGS='' CGO_ENABLED=0 GOTOOLCHAIN=auto \
	go build -trimpath -ldflags "${settings[*]}" -o "$1" ./cmd/pdsconform
