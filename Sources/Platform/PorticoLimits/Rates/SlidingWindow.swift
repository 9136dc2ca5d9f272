import PorticoValues

/// The sliding window counter: the window that ends now is estimated as the present count plus the share of the count
/// before that it still covers. Whole numbers throughout: `last·(w − elapsed) + present·w ≤ quota·w`.
struct SlidingWindow {
    private var last: Int64
    private var present: Int64
    private let start: Int64
    private let elapsed: Int64

    init(of state: RateState?, rule: RateRule, at now: Instant) {
        let width = rule.window.milliseconds
        // Floor division also before 1970.
        let remainder = now.milliseconds % width
        elapsed = remainder < 0 ? remainder + width : remainder
        start = now.milliseconds - elapsed
        last = 0
        present = 0
        guard let state else { return }
        let counts = UInt64(bitPattern: state.word)
        let age = start - state.mark
        let most = SlidingWindow.most(rule)
        if age <= 0 {
            // The same window; or a clock that was set back, where forgetting would be the larger error.
            last = min(Int64(counts >> 32), most)
            present = min(Int64(counts & 0xFFFF_FFFF), most)
        } else if age <= width {
            last = min(Int64(counts & 0xFFFF_FFFF), most)
        }
    }

    var state: RateState {
        RateState(word: last << 32 | present, mark: start)
    }

    func admits(_ needs: Int, of rule: RateRule) -> Bool {
        Int64(needs) <= Int64(rule.quota) && used(rule) + Int64(needs) * width(rule) <= Int64(rule.quota) * width(rule)
    }

    func charging(_ cost: Int, of rule: RateRule) -> SlidingWindow {
        var charged = self
        let most = SlidingWindow.most(rule)
        charged.present = min(present + min(Int64(cost), most), most)
        return charged
    }

    func level(of rule: RateRule) -> RateLevel {
        let free = max(0, Int64(rule.quota) * width(rule) - used(rule))
        return RateLevel(remaining: Int(free / width(rule)), untilFull: .milliseconds(untilEmpty(rule)))
    }

    func wait(for needs: Int, of rule: RateRule) -> Span {
        let width = width(rule)
        let room = Int64(rule.quota) - Int64(needs)
        guard room >= 0 else { return .milliseconds(untilEmpty(rule)) }
        guard !admits(needs, of: rule) else { return .milliseconds(0) }
        if room >= present {
            // It fits later in this window, when enough of the last one has slid out.
            let covered = (room - present) * width / last
            return .milliseconds(width - covered - elapsed)
        }
        let covered = min(width, room * width / present)
        return .milliseconds(width - elapsed + width - covered)
    }

    /// Milliseconds until both counts are behind.
    func untilEmpty(_ rule: RateRule) -> Int64 {
        if present > 0 { return 2 * width(rule) - elapsed }
        return last > 0 ? width(rule) - elapsed : 0
    }

    /// The deepest debt: two quotas, within 31 bits.
    private static func most(_ rule: RateRule) -> Int64 {
        min(2 * Int64(rule.quota), 0x7FFF_FFFF)
    }

    private func width(_ rule: RateRule) -> Int64 { rule.window.milliseconds }

    private func used(_ rule: RateRule) -> Int64 {
        last * (width(rule) - elapsed) + present * width(rule)
    }
}
