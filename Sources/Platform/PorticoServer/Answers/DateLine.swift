import Glibc

/// The `date` header field of an answer (IMF-fixdate, RFC 9110 §5.6.7).
enum DateLine {
    /// The whole line with its break.
    /// - Parameter second: seconds since the Unix epoch.
    static func bytes(at second: time_t) -> [UInt8] {
        let days: [StaticString] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var second = second
        var time = tm()
        gmtime_r(&second, &time)
        let day = days[Int(time.tm_wday)]
        let month = months[Int(time.tm_mon)]
        let clock = "\(two(time.tm_hour)):\(two(time.tm_min)):\(two(time.tm_sec))"
        return Array("date: \(day), \(two(time.tm_mday)) \(month) \(time.tm_year + 1900) \(clock) GMT\r\n".utf8)
    }

    private static func two(_ number: Int32) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
