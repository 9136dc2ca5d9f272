import PorticoValues
import Testing

@testable import PorticoHTTP

@Suite("Forms with files")
struct MultipartTests {
    private static let type = "multipart/form-data; boundary=xyz"

    private func form(_ body: String, parts: Int, most: Int = 1000) throws -> UploadReceiver.Form {
        let receiver = try UploadReceiver(UploadRule(mostBytes: most), contentType: MultipartTests.type)
        let bytes = Array(body.utf8)
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + parts)
            bytes[start..<end].withUnsafeBytes { receiver.receive($0) }
            start = end
        }
        return try receiver.finish()
    }

    private static func part(_ name: String, _ value: String, file: String? = nil) -> String {
        let suffix = file.map { "; filename=\"\($0)\"" } ?? ""
        return "--xyz\r\nContent-Disposition: form-data; name=\"\(name)\"\(suffix)\r\n\r\n\(value)\r\n"
    }

    @Test("fields and the file come whole, however the body is cut", arguments: [1, 2, 3, 7, 64, 10_000])
    func whole(_ size: Int) throws {
        let content = "a,b\r\n--xy\r\n\r\n--xyzz is no boundary?"
        let body =
            MultipartTests.part("kind", "bags") + MultipartTests.part("empty", "")
            + MultipartTests.part(
                "file", content.replacing("--xyzz", with: "--xyqz"), file: "C:\\x\\liste \\\"1\\\".csv")
            + "--xyz--\r\nepilogue"
        let form = try form(body, parts: size)
        #expect(form.fields.map(\.name) == ["kind", "empty"] && form.fields.map(\.value) == ["bags", ""])
        let file = try #require(form.file)
        #expect(file.name == "liste \"1\".csv" || file.name.hasSuffix(".csv"))
        let bytes = try file.content.read(at: 0, count: 1000)
        #expect(String(decoding: bytes, as: UTF8.self) == content.replacing("--xyzz", with: "--xyqz"))
        #expect(file.count == bytes.count)
    }

    @Test(
        "what the client calls a file is a name without a path",
        arguments: [
            ("../../x", "x"), ("/etc/passwd", "passwd"), ("..\\..\\x.csv", "x.csv"), ("a/b\\c.csv", "c.csv"),
            ("../", ".."), ("//", ""), ("list.csv", "list.csv"),
        ])
    func names(sent: String, kept: String) throws {
        let form = try form(MultipartTests.part("file", "a,b", file: sent) + "--xyz--", parts: 7)
        #expect(form.file?.name == kept)
        #expect(form.file?.count == 3)
    }

    @Test("a body that ends early, or has no form, is malformed")
    func malformed() {
        for body in ["", "--xyz\r\n", MultipartTests.part("kind", "bags"), "--xyz\r\nX: y\r\n\r\nz\r\n--xyz--"] {
            let problem = #expect(throws: Problem.self) { try form(body, parts: 5) }
            #expect(problem?.status == 400)
        }
    }

    @Test("a file beyond the limit is refused with the limit, and what else the form says is kept")
    func tooLarge() throws {
        let body =
            MultipartTests.part("kind", "bags")
            + MultipartTests.part("file", String(repeating: "x", count: 2000), file: "a")
            + MultipartTests.part("area", "hisar") + "--xyz--"
        let form = try form(body, parts: 100)
        #expect(form.fileProblem?.status == 413 && form.file == nil)
        #expect(form.fields.map(\.value) == ["bags", "hisar"])
    }

    @Test("the same form with another boundary and token has the same digest")
    func digest() throws {
        func sent(_ token: String) throws -> [UInt8] {
            try form(
                MultipartTests.part("_csrf", token) + MultipartTests.part("file", "x", file: "a") + "--xyz--", parts: 9
            ).digest.value
        }
        #expect(try sent("one") == sent("two"))
    }

    @Test("other content types are refused", arguments: [nil, "application/json", "multipart/form-data", "text/plain"])
    func types(_ type: String?) {
        #expect(throws: Problem.self) { try UploadReceiver(UploadRule(mostBytes: 1), contentType: type) }
    }
}
