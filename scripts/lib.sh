# shellcheck shell=bash
# What the scripts of this repository share. Sourced, never run.

# Adds a Swift tool chain in one of the customary places to PATH, for shells whose profile was not read.
find_swift() {
    command -v swift >/dev/null && return 0
    local place
    for place in "${HOME:-}/.local/share/swiftly/bin" /{opt,usr/local,usr/share}/swift/usr/bin; do
        if [[ -x $place/swift ]]; then
            PATH=$place:$PATH
            export PATH
            return 0
        fi
    done
    return 1
}

# Names the compiler without starting it: a new tool chain has another place, size or date.
swift_identity() {
    local swift
    swift=$(command -v swift) && stat -L -c "$swift %s %Y" "$swift"
}

# Prints the newest PostgreSQL bin folder that holds a server.
postgres_bin() {
    local initdb place
    place=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -t/ -k5,5n | tail -1)
    if [[ -x $place ]]; then
        echo "${place%/initdb}"
    elif initdb=$(command -v initdb); then
        initdb=$(readlink -f "$initdb")
        echo "${initdb%/*}"
    else
        return 1
    fi
}

# Lists the files of the repository (tracked, and new ones that are not ignored) that match the patterns.
repository_files() {
    if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
        git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while IFS= read -r file; do
            [[ -f $file ]] && printf '%s\n' "$file"
        done
    else
        # An unpacked archive has no index: everything outside build folders counts.
        local pattern names=()
        for pattern in "$@"; do names+=(-o -name "${pattern##*/}"); done
        find . \( -name '.?*' -o -name node_modules -o -name data \) -prune -o -type f \
            \( "${names[@]:1}" \) -print | sed 's|^\./||' | sort
    fi
    return 0
}

# Runs a command so that it sees Ctrl-C itself and a TERM sent to this script reaches it and what it started (swift test
# passes no signal on); a `kill -9` of this script ends it as well. Returns the command's status. A plain foreground
# command would make bash hold every trap back until the command ends.
interruptible() {
    local status=0 child
    interrupted=
    env --default-signal=INT,QUIT -- setpriv --pdeathsig TERM -- "$@" <&0 &
    child=$!
    # shellcheck disable=SC2064 # the child of this call, not of a later one
    trap "interrupted=TERM; terminate $child" TERM HUP
    trap 'interrupted=INT' INT
    wait "$child" || status=$?
    while kill -0 "$child" 2>/dev/null; do
        status=0
        wait "$child" || status=$?
    done
    trap - TERM HUP INT
    # A command that took Ctrl-C as an instruction (psql, say) and ended well was not interrupted.
    if ((status == 0)); then interrupted=; fi
    return "$status"
}

# Sends TERM to a process and to all that descend from it. The list is complete before the first of them ends, because
# the children of a process that ended are no longer known as such.
terminate() {
    local family=("$1") at thread children
    for ((at = 0; at < ${#family[@]}; at++)); do
        for thread in "/proc/${family[at]}"/task/*; do
            { read -ra children <"$thread/children" && family+=("${children[@]}"); } 2>/dev/null || true
        done
    done
    kill -TERM "${family[@]}" 2>/dev/null || true
}

# Ends this script the way its command was ended, after the clean-up; does nothing when nobody interrupted it.
obey_interruption() {
    if [[ -n ${interrupted:-} ]]; then kill -s "$interrupted" $$; fi
}

# free_port: prints the number of a port nobody listens on.
# It is below the range from which the kernel takes the ports of outgoing connections.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return 0
        fi
    done
}

# quietly LOG COMMAND…: on a terminal the command shows its own progress. Elsewhere its output goes to LOG, a line tells
# every 30 seconds how far it is, and only a failure is printed.
quietly() {
    local log=$1 status=0 ticker
    shift
    mkdir -p "${log%/*}"
    if [[ -t 1 ]]; then
        interruptible "$@" || status=$?
        obey_interruption
        return "$status"
    fi
    progress_ticker "$log" $$ &
    ticker=$!
    interruptible "$@" >"$log" 2>&1 || status=$?
    kill "$ticker" 2>/dev/null
    wait "$ticker" 2>/dev/null || true
    obey_interruption
    if ((status != 0)); then
        grep -E '(error|warning): ' "$log" | sort -u | head -60 || true
        echo "… the last lines of $log:"
        tail -15 "$log"
    fi
    return "$status"
}

progress_ticker() {
    local log=$1 parent=$2 seconds=0 step pause=
    trap '[[ -n $pause ]] && kill "$pause" 2>/dev/null; exit' TERM
    while kill -0 "$parent" 2>/dev/null; do
        sleep 30 >/dev/null &
        pause=$!
        wait "$pause"
        seconds=$((seconds + 30))
        step=$(grep -oE '^\[[0-9]+/[0-9]+\]' "$log" 2>/dev/null | tail -1)
        echo "  … $seconds s ${step:+$step }"
    done
}
