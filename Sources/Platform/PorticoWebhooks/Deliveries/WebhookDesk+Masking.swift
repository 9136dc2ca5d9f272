import PorticoJSON
import PorticoSQL

/// How messages that are kept stop naming somebody.
extension WebhookDesk {
    /// What became of a part of the messages.
    public struct Masking: Sendable, Hashable {
        /// Id of the last delivery that was looked at; nil when there are no further ones.
        public let last: Int64?
        /// Messages that say something else now.
        public let changed: Int
    }

    /// Puts another text where messages that are kept have a certain one as a member, also in those that wait to be
    /// sent. What their receivers have answered is forgotten, because it may repeat it.
    ///
    /// One part of them; go on after the ``Masking/last`` of it. A message that was sent before and is sent again has
    /// its id still.
    /// - Parameters:
    ///   - member: name of the member, at whatever depth.
    ///   - text: all of its value.
    ///   - other: what stands there afterwards.
    ///   - owner: another member of these messages and its value, which tell whose the text is: a message that has this
    ///     member with another value is left alone, one without it is masked, for it does not tell. nil: every message.
    ///   - id: the delivery after which the part begins; 0 for the first.
    ///   - limit: deliveries of the part.
    /// - Throws: ``SQLError``.
    public func mask(
        _ member: String, _ text: String, as other: String, of owner: (member: String, value: String)? = nil,
        after id: Int64, limit: Int = 1000, in transaction: Transaction
    ) throws -> Masking {
        let part = try transaction.all(
            "webhooks.part", "SELECT id FROM webhook_deliveries WHERE id > \(id) ORDER BY id LIMIT \(limit)"
        ) { try Int64.read($0, 0) }
        guard let last = part.last else { return Masking(last: nil, changed: 0) }
        let (old, new) = (WebhookDesk.written(member, text), WebhookDesk.written(member, other))
        let saying: SQL = """
            id > \(id) AND id <= \(last) AND body <> replace(body, \(old), \(new))\(WebhookDesk.owned(by: owner))
            """
        try transaction.execute(
            "webhooks.mask_answers",
            """
            UPDATE webhook_attempts SET excerpt = NULL
            WHERE excerpt IS NOT NULL AND delivery_id IN (SELECT id FROM webhook_deliveries WHERE \(saying))
            """)
        let changed = try transaction.execute(
            "webhooks.mask",
            "UPDATE webhook_deliveries SET body = replace(body, \(old), \(new)) WHERE \(saying)")
        return Masking(last: last, changed: changed)
    }

    /// Leaves out messages that say that they are about somebody else.
    private static func owned(by owner: (member: String, value: String)?) -> SQL {
        guard let owner else { return "" }
        let theirs = written(owner.member, owner.value)
        // What a member of any value begins with.
        let anybodys = String(written(owner.member, "").dropLast(2))
        return " AND (body <> replace(body, \(theirs), '') OR body = replace(body, \(anybodys), ''))"
    }

    /// A member as it stands in a body. Inside of a text it would have its quotation marks escaped, so that it is never
    /// taken for one.
    private static func written(_ member: String, _ text: String) -> String {
        let object = JSONValue.object([(key: member, value: .string(text))])
        return String(String(decoding: object.bytes, as: UTF8.self).dropFirst().dropLast())
    }
}
