/// What can be measured of bag tracking, in the order in which it is.
enum BagsPart: String, CaseIterable {
    /// Memory and files of a server that has nothing to do.
    case idle
    /// One scan after the other, with rests.
    case scan
    /// A queue of scans that were made without a network.
    case batch
    /// Packing tables that scan as fast as they are answered.
    case scans
    /// A bag by its code.
    case bag
    /// What a code is.
    case resolve
    /// The list of bags, at its beginning and far behind it.
    case list
    /// Bags by the beginning and by the end of their codes.
    case search
    /// The statistics.
    case stats
    /// The first page that people see.
    case dashboard
    /// A hundred people who read and scan without rest.
    case mix
    /// A thousand people who rest a second.
    case pauses
    /// Live messages after a scan.
    case live
    /// Summaries, traces, labels, EPCIS.
    case papers
    /// All bags as files.
    case exports
    /// Whether the counters still say what the rows say.
    case counters
}
