@testable import PorticoRealtime

/// Frames of a client and compressed messages: pieces of any size give the same messages, nothing is larger than the limits,
/// text is text, and what a client wrote comes back.
enum WebSocketProperties {
    private static let maximumMessage = 3000
    private static let maximumFrame = 2000

    private struct Outcome: Equatable {
        var events: [WebSocketReader.Event] = []
        var failure: WebSocketClose?
    }

    static func check(_ input: [UInt8]) {
        var reader = InputReader(input)
        switch reader.byte() % 4 {
        case 0: checkAnything(&reader, inflates: false)
        case 1: checkAnything(&reader, inflates: true)
        case 2: checkMessages(&reader)
        default: checkOffer(reader.text())
        }
    }

    // MARK: - Bytes of anybody

    private static func checkAnything(_ reader: inout InputReader, inflates: Bool) {
        let seed = reader.byte()
        let bytes = reader.rest()
        let whole = read([bytes], inflates: inflates)
        check(whole)
        for split in [pieces(of: bytes, seed: seed), pieces(of: bytes, seed: 0)] {
            let other = read(split, inflates: inflates)
            expect(whole.events == other.events, "pieces give the same messages")
            let (one, two) = (whole.failure?.code, other.failure?.code)
            if inflates {
                // A message that is both too large and broken is refused for what is seen first.
                expect(one == two || Set([one, two]).isSubset(of: [1007, 1009]), "pieces fail alike")
            } else {
                expect(whole.failure == other.failure, "pieces fail alike")
            }
        }
    }

    private static func check(_ outcome: Outcome) {
        for event in outcome.events {
            switch event {
            case .text(let bytes):
                expect(bytes.count <= maximumMessage, "a text of \(bytes.count) bytes")
                expect(String(validating: bytes, as: UTF8.self) != nil, "a text is UTF-8")
            case .binary(let bytes): expect(bytes.count <= maximumMessage, "a message of \(bytes.count) bytes")
            case .ping(let bytes), .pong(let bytes): expect(bytes.count <= 125, "a small control frame")
            case .close(let close):
                guard let close else { continue }
                expect(WebSocketClose.isValid(close.code), "a close code that may be sent")
                expect(close.reason.utf8.count <= 123, "a short reason")
                let again = try? WebSocketClose.parse(close.payload)
                expect(again == close, "a close frame comes back")
            }
        }
        if let failure = outcome.failure { expect(failure.payload.count <= 125, "a close frame that fits") }
    }

    private static func read(_ pieces: [[UInt8]], inflates: Bool) -> Outcome {
        var reader = WebSocketReader(maximumMessage: maximumMessage, maximumFrame: maximumFrame, inflates: inflates)
        var outcome = Outcome()
        for piece in pieces {
            let failure = piece.withUnsafeBytes { bytes -> WebSocketClose? in
                do throws(WebSocketFailure) {
                    try reader.read(bytes) { outcome.events.append($0) }
                    return nil
                } catch {
                    return error.close
                }
            }
            if let failure {
                outcome.failure = failure
                break
            }
        }
        return outcome
    }

    /// Pieces of 1 to 16 bytes that follow from a seed; single bytes for 0.
    private static func pieces(of bytes: [UInt8], seed: UInt8) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var (position, state) = (0, UInt32(seed))
        while position < bytes.count {
            state = state &* 1_664_525 &+ (seed == 0 ? 0 : 1_013_904_223)
            let end = min(bytes.count, position + 1 + Int(state >> 28))
            pieces.append(Array(bytes[position..<end]))
            position = end
        }
        return pieces
    }

    // MARK: - Messages of a client that keeps the rules

    private static func checkMessages(_ reader: inout InputReader) {
        let (seed, mask) = (reader.byte(), [reader.byte(), reader.byte(), reader.byte(), reader.byte()])
        var wire: [UInt8] = []
        var expected: [WebSocketReader.Event] = []
        while !reader.isAtEnd {
            let shape = reader.byte()
            let piece = reader.piece()
            let payload = Array((0...Int(shape >> 5)).map { _ in piece }.joined().prefix(maximumFrame))
            let isText = shape & 1 != 0 && String(validating: payload, as: UTF8.self) != nil
            let window = DeflateWindow(bits: 8 + Int(shape >> 2 & 7)) ?? .largest
            let small = shape & 2 != 0 ? Deflater.compress(payload, window: window) : nil
            let body = small ?? payload
            expect(small != nil || shape & 2 == 0, "what is compressed can be")
            let isFragmented = shape & 0x10 != 0 || body.count > maximumFrame
            let first: UInt8 = (small == nil ? 0 : 0x40) | (isText ? 1 : 2)
            if isFragmented {
                let middle = body.count / 2
                wire += frame(first, Array(body[..<middle]), mask) + frame(0x89, Array(body.prefix(9)), mask)
                wire += frame(0x80, Array(body[middle...]), mask)
                expected.append(.ping(Array(body.prefix(9))))
            } else {
                wire += frame(first | 0x80, body, mask)
            }
            expected.append(isText ? .text(payload) : .binary(payload))
        }
        let whole = read([wire], inflates: true)
        expect(whole.failure == nil, "good frames are refused: \(String(describing: whole.failure))")
        expect(whole.events == expected, "messages come back")
        expect(read(pieces(of: wire, seed: seed), inflates: true) == whole, "pieces give the same messages")
    }

    private static func frame(_ first: UInt8, _ payload: [UInt8], _ mask: [UInt8]) -> [UInt8] {
        var frame = [first]
        if payload.count < 126 {
            frame.append(0x80 | UInt8(payload.count))
        } else {
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        }
        return frame + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    // MARK: - What is agreed

    private static func checkOffer(_ text: String) {
        guard let accepted = PermessageDeflate(offeredIn: text.split(separator: "\n").map(String.init)) else { return }
        expect((8...15).contains(accepted.window.bits), "a window of zlib")
        let again = PermessageDeflate(offeredIn: [accepted.answer])
        expect(again?.window == accepted.window, "an answer says what was agreed")
        expect(accepted.answer.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "an answer is a header field")
    }
}
