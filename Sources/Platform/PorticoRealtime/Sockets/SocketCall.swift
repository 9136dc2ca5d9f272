import PorticoHTTP
import PorticoJSON
import PorticoValues

/// Something that a client may ask for over its socket, which gives one answer. Declared once, like a route: its name, who
/// may ask, what goes in and out.
///
/// ```swift
/// SocketCall("bag", access: .permission("bag.read")) { (caller: Principal, input: BagInput) in
///     try await bagAnswer(input.code, for: caller)
/// }
/// ```
///
/// What breaks the rules of the input is answered as a route would answer it, and so are thrown ``Problem``s.
public struct SocketCall: Sendable {
    /// What clients call it.
    public let name: String
    /// Who may ask.
    public let access: Access
    /// How long a client waits for the answer, to within the five seconds of a socket's clock.
    public let timeout: Span
    let perform: @Sendable (Principal, [UInt8]) async throws -> [UInt8]

    /// What is said when nobody can tell the answer, or whether the client may have it.
    static let unavailable = Problem(503, "unavailable", "This can't be answered now. Try again in a moment.")

    /// A call.
    /// - Parameter handle: gets input that keeps every declared rule. It is cancelled when the time is over or the client gone.
    public init<Input: RouteInput, Output: JSONRepresentable>(
        _ name: String, access: Access, timeout: Span = .seconds(10),
        _ handle: @escaping @Sendable (Principal, Input) async throws -> Output
    ) {
        self.name = name
        self.access = access
        self.timeout = timeout
        perform = { caller, input in JSONWriter.encode(try await handle(caller, try Input.reading(input))) }
    }

    /// The answer for a caller.
    func reply(to caller: Principal?, _ input: JSONValue, ref: String) async -> TopicReply {
        do {
            guard let caller else { throw Problem(401, "not_signed_in", "Sign in first.") }
            guard access.admits(caller.permissions) else {
                throw Problem(403, "forbidden", caller.due ?? "Your role does not allow this.")
            }
            return .result(try await perform(caller, input.bytes), ref: ref)
        } catch {
            let problem = (error as? Problem) ?? (error as? any ProblemConvertible)?.problem
            return .error(problem ?? SocketCall.unavailable, ref: ref)
        }
    }
}
