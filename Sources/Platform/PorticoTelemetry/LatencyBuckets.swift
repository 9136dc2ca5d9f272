/// The log-linear scale of ``LatencyHistogram``: sixteen equal steps to each doubling of the value.
///
/// Durations count in units of 64 ns. Below 16 units the steps are one unit wide; above, a step is at most 1/16 of its
/// value, so the middle of a step is within 3.2 % of whatever fell into it. 528 steps reach 2^42 ns, about 73 minutes;
/// longer durations share the last step.
enum LatencyBuckets {
    static let count = steps + octaves * steps
    private static let unitShift = 6
    private static let steps = 16
    private static let octaves = 32

    static func index(of nanoseconds: Int64) -> Int {
        let units = UInt64(max(0, nanoseconds)) >> UInt64(unitShift)
        guard units >= UInt64(steps) else { return Int(units) }
        let octave = 59 - units.leadingZeroBitCount
        guard octave < octaves else { return count - 1 }
        return steps + octave * steps + Int(units >> UInt64(octave)) - steps
    }

    /// The lowest duration of a step and its width, in nanoseconds.
    static func range(of index: Int) -> (lowest: Int64, width: Int64) {
        guard index >= steps else { return (Int64(index) << Int64(unitShift), 1 << Int64(unitShift)) }
        let octave = (index - steps) / steps
        let step = (index - steps) % steps
        return (Int64(steps + step) << Int64(octave + unitShift), 1 << Int64(octave + unitShift))
    }
}
