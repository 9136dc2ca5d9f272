#!/usr/bin/env bash
# What `run` and `differ` share: modules and programs compiled without the package, and the Python environment.

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bench=$root/.build-bench/limits
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT

# Optimised, one module after the other, as the package builds them for release.
flags=(-O -wmo -swift-version 6 -I "$build" -I "$root/Sources/C/CSodium")
flags+=(-enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility)
read -ra sodium <<<"$(pkg-config --cflags --libs libsodium)"

build_module() {
    local name=$1
    find -L "$root/Sources/Platform/$name" -name '*.swift' -print0 |
        (cd "$build" && xargs -0 swiftc "${flags[@]}" -parse-as-library -emit-module -module-name "$name" \
            -emit-object -o "$name.o")
}

# build_program NAME FILE: a program over the modules, as $build/NAME.
build_program() {
    local name=$1 file=$2
    [ -f "$build/PorticoLimits.o" ] || { build_module PorticoValues && build_module PorticoLimits; }
    swiftc "${flags[@]}" -module-name "$name" "$file" "$build/PorticoValues.o" "$build/PorticoLimits.o" \
        "${sodium[@]}" -o "$build/$name"
}

# The rival, installed once.
python_environment() {
    [ -x "$bench/bin/python3" ] && return
    python3 -m venv "$bench"
    "$bench/bin/pip" install --quiet --disable-pip-version-check 'limits==5.8.0'
}
