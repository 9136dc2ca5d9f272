import PorticoEvents

/// How far a client has come, as it stands in the `id` of messages: the position of the last committed event, which all
/// nodes agree on, and, where a hub keeps passing messages too, how many of those this node has told.
///
/// `123`, or `123~6f1d2a90.17` with the node's epoch and the offset in it.
struct ResumePoint: Sendable, Hashable {
    var position: EventPosition
    /// Whose offset it is; nil when no passing message has been told.
    var epoch: String?
    var offset: Int64 = 0

    init(position: EventPosition, epoch: String? = nil, offset: Int64 = 0) {
        self.position = position
        self.epoch = offset > 0 ? epoch : nil
        self.offset = epoch == nil ? 0 : offset
    }

    /// A point from ``text``, or nil.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
        guard let position = EventPosition(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self.init(position: position)
            return
        }
        let tail = parts[1].split(separator: ".", omittingEmptySubsequences: false)
        guard tail.count == 2, (1...32).contains(tail[0].utf8.count), let offset = EventPosition(tail[1])?.id,
            offset > 0
        else { return nil }
        self.init(position: position, epoch: String(tail[0]), offset: offset)
    }

    var text: String {
        guard let epoch else { return position.text }
        return "\(position.text)~\(epoch).\(offset)"
    }
}
