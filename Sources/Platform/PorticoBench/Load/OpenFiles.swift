import Glibc

/// How many connections the system lets this process have.
enum OpenFiles {
    /// Raises the limit to the most that is allowed: a shell gives 1,024 as a rule, which a thousand connections use up.
    static func raise() { _ = raised }

    private static let raised: Void = {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }()
}
