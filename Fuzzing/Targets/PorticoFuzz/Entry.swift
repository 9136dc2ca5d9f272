import Glibc

/// The target this process runs: the one that `PORTICO_FUZZ_TARGET` names.
private let chosen: FuzzTarget = {
    let name = getenv("PORTICO_FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget.all.first(where: { $0.name == name }) else {
        for target in FuzzTarget.all { print(target.name) }
        exit(name.isEmpty ? 0 : 64)
    }
    return target
}()

/// Called by the fuzzer before anything else: names the targets and ends when none is chosen.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafeMutableRawPointer?, _ arguments: UnsafeMutableRawPointer?) -> CInt {
    _ = chosen
    return 0
}

/// Called by the fuzzer once an execution.
@_cdecl("LLVMFuzzerTestOneInput")
public func check(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    chosen.check(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
