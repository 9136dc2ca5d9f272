import Portico
import PorticoTesting
import Testing

@testable import BagTracking

/// What a file is called has to agree with what it holds.
@Suite struct ImportNameTests {
    private static let text = Array("5000001\nSB62001\n".utf8)

    private static func book() throws -> [UInt8] {
        var writer = try XLSXWriter(name: "bags", columns: ["code"])
        return try writer.whole([["7000001"], ["SB67001"]])
    }

    @Test(
        "an ending fits its kind in any case, and nothing else does",
        arguments: [
            ("list.csv", TableKind.csv), ("LIST.CSV", .csv), ("a.b.txt", .csv), ("list.tsv", .csv),
            ("list.xlsx", .xlsx), ("Liste.XLSM", .xlsx), ("Säcke.xlsx", .xlsx),
        ])
    func fits(name: String, kind: TableKind) {
        #expect(FileEnding.complaint(name, kind) == nil)
        #expect(FileEnding.complaint(name, kind == .csv ? .xlsx : .csv) != nil)
    }

    @Test(
        "other endings fit nothing", arguments: ["", "list", "csv", ".", "..", "list.pdf", "list.csv.exe", "list.csv."])
    func unknown(name: String) {
        for kind in [TableKind.csv, .xlsx] { #expect(FileEnding.complaint(name, kind) != nil) }
    }

    @Test("R33: a file whose name does not fit its content is refused before a job begins, by the API")
    func refused() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let book = try ImportNameTests.book()
            for (file, name, words) in [
                (ImportNameTests.text, "list.xlsx", "holds separated values"),
                (book, "list.csv", "is an Excel workbook"),
                (ImportNameTests.text, "list.html", "must end in .csv"), (book, "list", "must end in .csv"),
            ] {
                let answer = await hall.send(file, ["kind": "packing", "area_code": "lucknow"], name: name)
                #expect(answer.status == 415 && answer.problemCode == "file_name_mismatch", "\(name): \(answer.text)")
                #expect(answer.json["detail"]?.string?.contains(words) == true, "\(answer.text)")
            }
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
            for (file, name) in [(ImportNameTests.text, "../../List.TXT"), (book, "List.XLSM")] {
                let answer = await hall.send(file, ["kind": "packing", "area_code": "lucknow"], name: name)
                #expect(answer.status == 202, "\(name): \(answer.text)")
            }
            let names = try await app.database.read {
                try $0.all("test.names", "SELECT name FROM import_files ORDER BY id") { try $0[0] as String }
            }
            #expect(names == ["List.TXT", "List.XLSM"])
        }
    }

    @Test("R33: the form says so beside the file, and keeps what else was chosen")
    func form() async throws {
        try await withApp { app in
            let hall = try await ImportHall(app)
            let page = await hall.admin.get("/bags/imports")
            #expect(page.text.contains("accept=\".csv,.tsv,.txt,.xlsx,.xlsm,text/csv\""))
            let boundary = "----portico7d3f"
            let fields = [
                ("_csrf", page.hiddenField("_csrf") ?? ""),
                ("idempotency_key", page.hiddenField("idempotency_key") ?? ""), ("kind", "bags"),
                ("area_code", "hisar"),
            ].map { "--\(boundary)\r\ncontent-disposition: form-data; name=\"\($0)\"\r\n\r\n\($1)\r\n" }.joined()
            let head = "--\(boundary)\r\ncontent-disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\n\r\n"
            let body = try Array((fields + head).utf8) + ImportNameTests.book() + Array("\r\n--\(boundary)--\r\n".utf8)
            let answer = await hall.admin.send(
                .post, "/bags/imports", ["content-type": "multipart/form-data; boundary=\(boundary)"], body: body)
            #expect(answer.status == 415)
            #expect(answer.text.contains("id=\"f-file-error\"") && answer.text.contains("Name it .xlsx."))
            #expect(answer.text.contains("<option value=\"hisar\" selected"))
            #expect(try await hall.number("SELECT count(*) FROM import_files") == 0)
        }
    }
}
