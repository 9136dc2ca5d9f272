import PorticoPages
import Testing

@testable import PorticoHTTP

@Suite struct AssetTests {
    private func library() -> AssetLibrary {
        var library = AssetLibrary()
        library.add(
            [EmbeddedAsset(name: "app.css", content: "body { color: black }  body { color: black }")], folder: "shop")
        return library
    }

    @Test("an address changes with its content and says its type")
    func addresses() throws {
        let link = library().links("app.css")
        #expect(link.hasPrefix("/assets/shop/app."))
        #expect(link.hasSuffix(".css"))
        var other = AssetLibrary()
        other.add([EmbeddedAsset(name: "app.css", content: "body{}")], folder: "shop")
        #expect(other.links("app.css") != link)
    }

    @Test(
        "the best coding the client takes is sent",
        arguments: [("gzip, br", "br"), ("gzip;q=1, br;q=0", "gzip"), ("zstd, gzip", "zstd"), ("", nil)])
    func codings(accepted: String, coding: String?) throws {
        let response = try library().response(file: "app.css", accepted)
        #expect(response.headers["content-encoding"] == coding)
        #expect(response.headers["vary"] == "accept-encoding")
        #expect(response.headers["content-type"] == "text/css; charset=utf-8")
    }

    @Test("a file that is not there is 404")
    func missing() {
        #expect(throws: Problem.self) { try library().response(file: "nothing.css", nil) }
    }
}
