#!/usr/bin/env bash
# Puts pdsconform into a file: install.sh FILE. Where ACTION_REF is the version of
# a release that holds a program for this runner, it is that one, if its checksum
# is the release's. Otherwise it is built (build.sh).
set -euo pipefail
file=$1

# platform prints the name that this runner has in archives, nothing where no
# archive is for it.
platform() {
	local os cpu
	case $(uname -s) in
	Linux) os=linux ;;
	Darwin) os=darwin ;;
	*) return ;; # the archives for Windows need another tool
	esac
	case $(uname -m) in
	x86_64 | amd64) cpu=amd64 ;;
	aarch64 | arm64) cpu=arm64 ;;
	*) return ;;
	esac
	echo "${os}_$cpu"
}

# checksum prints that of a file.
checksum() {
	if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d ' ' -f 1
}

# fetch URL FILE is silent about what isn't there: not every version is a release.
fetch() { curl --silent --fail --location --retry 3 --max-time 120 --output "$2" "$1"; }

# released puts the program of a release into the file. It fails where there is
# none, and ends the step where it isn't what the release says it is.
released() {
	local archive from=$GITHUB_SERVER_URL/$ACTION_REPOSITORY/releases/download/$ACTION_REF
	archive=pdsconform_${ACTION_REF#v}_$(platform).tar.gz
	fetch "$from/checksums.txt" "$work/checksums.txt" && fetch "$from/$archive" "$work/$archive" || return 1
	if ! grep -qx "$(checksum "$work/$archive")  $archive" "$work/checksums.txt"; then
		echo "::error title=pdsconform::the archive $archive has another checksum than the release says"
		exit 2
	fi
	tar -xzf "$work/$archive" -C "$work" pdsconform
	mv "$work/pdsconform" "$file"
	echo "installed pdsconform $ACTION_REF of the release"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [[ ${ACTION_REF:-} =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ && -n ${ACTION_REPOSITORY:-} && -n $(platform) ]] &&
	command -v curl >/dev/null && released; then
	exit
fi
exec "$(dirname "${BASH_SOURCE[0]}")/build.sh" "$file"
