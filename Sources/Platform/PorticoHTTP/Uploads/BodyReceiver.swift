/// Takes the body of a request as it comes, so that it need not be in memory as a whole.
public protocol BodyReceiver: AnyObject, Sendable {
    /// Takes the next bytes. Called in order, by one thread at a time, on one that may block; the memory is valid within the
    /// call only. What is wrong with them is said when the request is answered.
    func receive(_ bytes: UnsafeRawBufferPointer)
}

/// What is to be done with a body before any of it is read.
public enum BodyAdmission: Sendable {
    /// It goes to the receiver, and the request is answered when it is whole.
    case receive(any BodyReceiver)
    /// It is not read at all.
    case refuse(Response)
}
