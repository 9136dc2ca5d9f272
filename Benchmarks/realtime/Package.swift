// swift-tools-version:6.2
import PackageDescription

// The server of the live-update benchmark and of protocol tests. A package of its own, so that nobody who builds Portico
// builds it.
let package = Package(
    name: "realtime-benchmark",
    dependencies: [.package(name: "portico", path: "../..")],
    targets: [
        .executableTarget(
            name: "Server", dependencies: [.product(name: "Portico", package: "portico")], path: "Sources/Server")
    ],
    swiftLanguageModes: [.v6]
)
