import PorticoPages
import Testing

@testable import BagTracking

/// What scripts of pages leave alone. What they do is tested where they run, in `Browser`.
@Suite struct ScriptTests {
    private static let scripts = (EmbeddedAsset.platform + BagTrackingApplication().assets)
        .filter { $0.name.hasSuffix(".js") }
        .map { (name: $0.name, text: $0.content.description) }

    @Test("there are scripts to read")
    func found() {
        #expect(ScriptTests.scripts.contains { $0.name == "station.js" && $0.text.contains("textContent") })
        #expect(ScriptTests.scripts.contains { $0.name == "portico.js" })
    }

    @Test(
        "no script makes code of text",
        arguments: ["eval(", "Function(", "setTimeout(\"", "setInterval(\"", "javascript:"])
    func code(word: String) {
        for script in ScriptTests.scripts { #expect(!script.text.contains(word), "\(script.name)") }
    }

    @Test(
        "no script makes markup of text; what the server has escaped is the exception, and is parsed without running",
        arguments: [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "srcdoc", "createContextualFragment",
            "setHTMLUnsafe",
        ])
    func markup(word: String) {
        for script in ScriptTests.scripts { #expect(!script.text.contains(word), "\(script.name)") }
    }

    @Test("no script walks or sets what objects inherit", arguments: ["__proto__", "constructor[", "setPrototypeOf"])
    func prototypes(word: String) {
        for script in ScriptTests.scripts { #expect(!script.text.contains(word), "\(script.name)") }
    }
}
