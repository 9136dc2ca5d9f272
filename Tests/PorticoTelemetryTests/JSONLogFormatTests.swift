import Logging
import PorticoTelemetry
import Testing

private struct Refusal: Error, CustomStringConvertible {
    let description = "not \"now\""
}

@Suite struct JSONLogFormatTests {
    private let head = #"{"time":"2026-09-21T14:13:20.123Z","level":"info","message":"#

    @Test("writes time, level, message and logger, then metadata sorted by key")
    func order() {
        let bench = Bench()
        bench.json().info("scanned", metadata: ["status": "ok", "bag": "12"])
        #expect(bench.last == head + #""scanned","logger":"bags","bag":"12","status":"ok"}"#)
        #expect(bench.ring.lines.last?.bytes.last == 0x0A)
    }

    @Test("escapes quotes, backslashes and control characters")
    func escaping() {
        let bench = Bench()
        bench.json().info("a\"b\\c\n\r\t\u{1}\u{7F}é")
        #expect(bench.last.contains(#""message":"a\"b\\c\n\r\t\u0001\u007fé""#))
    }

    @Test("replaces what was not UTF-8")
    func invalidUTF8() {
        let bench = Bench()
        bench.json().info("\(String(decoding: [0x61, 0xFF, 0xC3] as [UInt8], as: UTF8.self))")
        #expect(bench.last.contains("\"message\":\"a\u{FFFD}\u{FFFD}\""))
    }

    @Test("flattens dictionaries, keeps arrays, writes numbers and flags as such")
    func values() {
        let bench = Bench()
        bench.json().info(
            "m",
            metadata: [
                "http": ["route": "/a", "status": .stringConvertible(200)],
                "list": ["x", ["k": "v"]],
                "flag": .stringConvertible(true),
                "seconds": .stringConvertible(0.25),
                "odd": .stringConvertible(Double.nan),
                "id": .stringConvertible(Int64(7)),
            ])
        #expect(
            bench.last.hasSuffix(
                #","flag":true,"http.route":"/a","http.status":200,"id":7,"list":["x",{"k":"v"}],"odd":"nan","#
                    + #""seconds":0.25}"#))
    }

    @Test("never writes a key twice")
    func collisions() {
        let bench = Bench()
        bench.json().info("m", metadata: ["level": "x", "time": "y", "a": ["b": "1"]])
        #expect(bench.last.hasSuffix(#","a.b":"1","metadata.level":"x","metadata.time":"y"}"#))
    }

    @Test("masks secrets, also deep inside")
    func redaction() {
        let bench = Bench()
        bench.json().info(
            "m",
            metadata: [
                "password": "p", "headers": ["Set-Cookie": "c", "accept": "a"], "code": "123456",
                "list": [["access_token": "t"]], "token": ["inner": "t"], "status_code": "200",
            ])
        let mask = LogRedaction.mask
        #expect(
            bench.last.hasSuffix(
                #","code":"\#(mask)","headers.Set-Cookie":"\#(mask)","headers.accept":"a","#
                    + #""list":[{"access_token":"\#(mask)"}],"password":"\#(mask)","status_code":"200","#
                    + #""token":"\#(mask)"}"#))
    }

    @Test("merges metadata of logger, provider and event, the last winning")
    func merging() {
        let bench = Bench()
        var logger = bench.json(provider: Logger.MetadataProvider { ["a": "provider", "b": "provider"] })
        logger[metadataKey: "a"] = "logger"
        logger[metadataKey: "c"] = "logger"
        logger.info("m", metadata: ["b": "event"])
        #expect(bench.last.hasSuffix(#","a":"provider","b":"event","c":"logger"}"#))
        #expect(logger[metadataKey: "c"] == "logger")
    }

    @Test("writes an error's type and words")
    func error() {
        let bench = Bench()
        bench.json().error("failed", error: Refusal())
        #expect(bench.last.contains(#""error.message":"not \"now\"","error.type":""#))
        #expect(bench.last.contains("Refusal"))
    }

    @Test("cuts very long values between characters", arguments: [8192, 8193, 20_000])
    func long(bytes: Int) {
        let bench = Bench()
        let isCut = bytes > 8192
        bench.json().info("m", metadata: ["body": "a\(String(repeating: "é", count: bytes / 2))"])
        #expect(bench.last.utf8.count < 8500)
        #expect(bench.last.hasSuffix("é…\"}") || !isCut)
        #expect(!bench.last.contains("\u{FFFD}"))
    }

    @Test("follows the shared level at once, unless the logger has its own")
    func level() {
        let bench = Bench()
        let shared = bench.json()
        var own = bench.json()
        own.logLevel = .error
        shared.debug("no")
        #expect(bench.ring.lines.isEmpty)
        bench.level.level = .debug
        shared.debug("yes")
        own.warning("no")
        #expect(bench.ring.lines.map(\.level) == [.debug])
        #expect(shared.logLevel == .debug && own.logLevel == .error)
    }
}
