import Testing

@testable import PorticoIdentity

@Suite struct DeviceNameTests {
    private static let chrome = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"

    @Test(
        "calls browsers and programs what people call them",
        arguments: [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(chrome)", "Chrome on Windows"),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) \(chrome) Edg/131.0.0.0", "Edge on Windows"),
            ("Mozilla/5.0 (X11; Linux x86_64) \(chrome) OPR/116.0.0.0", "Opera on Linux"),
            ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) \(chrome)", "Chrome on ChromeOS"),
            ("Mozilla/5.0 (Linux; Android 14; SM-S921B) SamsungBrowser/25.0 \(chrome)", "Samsung Internet on Android"),
            ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 "
                    + "Safari/604.1", "Safari on iPhone"
            ),
            (
                "Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 CriOS/131.0 Safari/604.1",
                "Chrome on iPad"
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
                "Safari on Mac"
            ),
            ("SomeBrowser/1 (Android 9)", "A browser on Android"), ("curl/8.5.0", "curl"),
            ("python-requests/2.32", "python-requests"), ("Depot scanner (v2)", "Depot"), ("", "Unknown device"),
            ("/1", "Unknown device"), (String(repeating: "a", count: 200), String(repeating: "a", count: 40)),
        ])
    func names(_ userAgent: String, _ name: String) {
        #expect(DeviceName(userAgent).text == name)
    }
}
