import PorticoHTTP
import PorticoValues

/// Answers from the copies that are kept for everybody, and has everything else answered by another responder.
struct SharingResponder: HTTPResponder {
    let answers: AnswerCache
    let origin: any HTTPResponder

    func bodyLimit(for head: RequestHead) -> Int { origin.bodyLimit(for: head) }

    func hasReceiver(for head: RequestHead) -> Bool { origin.hasReceiver(for: head) }

    func receiver(for head: RequestHead) async -> BodyAdmission { await origin.receiver(for: head) }

    func sharing(of head: RequestHead) -> SharedTerms? { origin.sharing(of: head) }

    func refusal(_ status: HTTPStatus, head: RequestHead?, peer: String) -> Response {
        origin.refusal(status, head: head, peer: peer)
    }

    func refusalByLimits(_ request: Request) async -> Response? { await origin.refusalByLimits(request) }

    func respondAtOnce(to request: Request) -> Response? {
        let began = monotonicNanoseconds()
        guard let terms = origin.sharing(of: request.head) else { return origin.respondAtOnce(to: request) }
        return answers.answer(for: AnswerKey(request.head, terms)).map { given($0, terms, request, began) }
    }

    func respond(to request: Request) async -> Response {
        let began = monotonicNanoseconds()
        guard let terms = origin.sharing(of: request.head) else { return await origin.respond(to: request) }
        let key = AnswerKey(request.head, terms)
        if let answer = answers.answer(for: key) { return given(answer, terms, request, began) }
        if let refusal = await origin.refusalByLimits(request) { return refusal }
        let common = common(request, key, terms)
        do {
            let answer = try await answers.answer(for: key, on: terms) { [origin] in await origin.respond(to: common) }
            return given(answer, terms, request, began)
        } catch let unkept as AnswerCache.Unkept where unkept.isForAll {
            var response = unkept.response
            terms.stamp(&response, for: request.head, since: began, isHit: false)
            return response
        } catch is AnswerCache.Unkept {
            return await origin.respond(to: request)
        } catch is CancellationError {
            // The client has gone; what it asked for is made for the others.
            return Response(503)
        } catch {
            return origin.refusal(503, head: request.head, peer: request.head.peer)
        }
    }

    /// The request as everybody makes it: nothing in it tells who asks.
    private func common(_ request: Request, _ key: AnswerKey, _ terms: SharedTerms) -> Request {
        var headers = SharingResponder.commonHeaders(key.coding)
        for field in terms.caching.chosen(by: request.head.headers) { headers.add(field.name, field.value) }
        return Request(
            head: RequestHead(
                method: .get, target: key.target, headers: headers, peer: "", isSecure: request.head.isSecure),
            isForEverybody: true)
    }

    private static func commonHeaders(_ coding: AnswerCoding) -> Headers {
        coding.request.map { ["accept-encoding": $0] } ?? [:]
    }

    /// A copy as the answer to one request: whole, in part, or not at all where the client has it or means another.
    private func given(_ answer: SharedAnswer, _ terms: SharedTerms, _ request: Request, _ began: Int64) -> Response {
        var response = answer.response
        let headers = request.head.headers
        if !ClientCopy.isMeant(headers, tag: answer.tag, modified: answer.modified, now: terms.now) {
            response.refuse(412)
        } else if ClientCopy.isCurrent(headers, tag: answer.tag, modified: answer.modified, now: terms.now) {
            response = Response(.notModified, headers: SharedAnswer.unchanged(response.headers))
        } else if request.head.method == .get, let part = ByteRange(headers, of: answer) {
            part.apply(to: &response, answer.body)
        }
        response.headers.add("age", String(answer.age(at: monotonicNanoseconds())))
        terms.stamp(&response, for: request.head, since: began, isHit: answer.born < began)
        if response.status == 412 { response.explain(ClientCopy.changed) }
        if response.status == 416 { response.explain(ByteRange.problem) }
        return response
    }
}

extension Response {
    /// Makes a copy a refusal: nothing is left of what describes the whole.
    fileprivate mutating func refuse(_ status: HTTPStatus) {
        self = Response(status, headers: headers)
        let ofTheWhole = ["content-type", "content-encoding", "etag", "last-modified"]
        for name in ofTheWhole + SharedCaching.edgeFieldNames { headers[name] = nil }
        headers["cache-control"] = CacheControl.noStore.control
    }

    /// Says in words why it is one.
    fileprivate mutating func explain(_ problem: Problem) {
        headers["content-type"] = "application/problem+json"
        body = .bytes(problem.document(requestID: headers["x-request-id"] ?? ""))
    }
}

extension AnswerKey {
    init(_ head: RequestHead, _ terms: SharedTerms) {
        let coding = AnswerCoding(accepting: head.headers["accept-encoding"])
        guard !terms.caching.varying.isEmpty else {
            self.init(target: head.target, coding: coding)
            return
        }
        let fields = terms.caching.chosen(by: head.headers)
        self.init(
            target: head.target, coding: coding,
            variant: fields.map { "\($0.name)=\($0.value)" }.joined(separator: ";"))
    }
}

/// The part of a body that a client asks for (RFC 9110 §14). Only single ranges are honoured; more of them get the whole.
enum ByteRange: Equatable {
    case bytes(Range<Int>)
    case unsatisfiable

    /// Nil where the whole is to be sent.
    init?(_ headers: Headers, of answer: SharedAnswer) {
        // Parts of bytes that were compressed for now can't be put together (RFC 9110 §15.3.7.3).
        guard let text = headers["range"], text.hasPrefix("bytes="), answer.tag?.hasPrefix("W/") != true else {
            return nil
        }
        // A part of something else than the client has would be of no use (RFC 9110 §13.1.5). Weak tags never fit.
        if let condition = headers["if-range"], condition != answer.tag { return nil }
        self.init(text.dropFirst("bytes=".count), of: answer.body.count)
    }

    /// One range of a body of so many bytes.
    init?(_ text: Substring, of count: Int) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else {
            return nil
        }
        let (first, last) = (Int(parts[0]), Int(parts[1]))
        switch (parts[0].isEmpty, parts[1].isEmpty) {
        case (true, true): return nil
        case (true, false):
            let length = min(last ?? count, count)
            self = length > 0 ? .bytes(count - length..<count) : .unsatisfiable
        case (false, _):
            guard let first else { return nil }
            let end = parts[1].isEmpty ? count - 1 : last ?? count - 1
            guard end >= first || parts[1].isEmpty else { return nil }
            self = first < count ? .bytes(first..<min(end, count - 1) + 1) : .unsatisfiable
        }
    }

    /// Why there is no part.
    static var problem: Problem {
        Problem(416, "range_not_satisfiable", "What is asked for ends before the bytes that the range names.")
    }

    /// Makes the answer one with this part.
    func apply(to response: inout Response, _ body: [UInt8]) {
        switch self {
        case .bytes(let range):
            response.status = 206
            response.headers["content-range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(body.count)"
            response.body = .bytes(Array(body[range]))
        case .unsatisfiable:
            response.refuse(416)
            response.headers["content-range"] = "bytes */\(body.count)"
        }
    }
}
