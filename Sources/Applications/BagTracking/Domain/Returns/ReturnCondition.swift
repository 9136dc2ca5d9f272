/// How a sack comes back from a consignee (rule R30).
enum ReturnCondition: String, Sendable, Hashable, CaseIterable {
    case good, damaged, wet, short, expired, other
}
