import PorticoSQL

/// Where the primary's log was at moments of the last while. Tells how old the state is that a copy has come to, without a
/// clock of the copy and without regard to whether anything was written.
struct PositionHistory {
    private struct Sample {
        var begunAt: Int64
        let position: LogPosition
    }

    /// How finely a while is told apart.
    private static let steps: Int64 = 256
    private let span: Int64
    private var samples: [Sample] = []

    /// - Parameter span: nanoseconds that are remembered.
    init(span: Int64) {
        self.span = span
    }

    /// The newest position that is known.
    var newest: LogPosition? { samples.last?.position }

    /// Notes where the log was.
    /// - Parameter begunAt: a moment before the primary was asked, on the monotonic clock: what was committed before it lies
    ///   before the position.
    mutating func add(_ position: LogPosition, begunAt: Int64) {
        // Another server has become the primary, whose log is another one from some place on.
        if let newest, position < newest { samples = [] }
        if samples.last?.position == position {
            samples[samples.count - 1].begunAt = begunAt
        } else if samples.count > 1, begunAt - samples[samples.count - 2].begunAt < span / Self.steps {
            samples[samples.count - 1] = Sample(begunAt: begunAt, position: position)
        } else {
            samples.append(Sample(begunAt: begunAt, position: position))
        }
        let old = samples.dropLast().prefix { $0.begunAt < begunAt - span }.count
        if old > Int(Self.steps) / 4 { samples.removeFirst(old) }
    }

    /// A moment before which nothing was committed that a copy at `position` lacks; nil when it is too far behind to tell.
    func moment(of position: LogPosition) -> Int64? {
        samples.last { $0.position <= position }?.begunAt
    }
}

extension LogPosition {
    /// Where the primary will write next, as it says so: two hexadecimal numbers with a slash between them, the upper and the
    /// lower 32 bits. Nil for other text.
    init?(nextWriteAt text: String) {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false).map { UInt32($0, radix: 16) }
        guard halves.count == 2, let upper = halves[0], let lower = halves[1] else { return nil }
        self.init(nextWriteAt: UInt64(upper) << 32 | UInt64(lower))
    }

    /// The same as a number, told as a copy tells how far it has come. At the beginning of a page the primary counts the page's
    /// header as written; a copy comes to it only with the next record.
    init(nextWriteAt number: UInt64) {
        let page: UInt64 = 8192
        let header: UInt64 = 24
        self.init(number % page == header ? number - header : number)
    }
}
