// swift-tools-version:6.2
import PackageDescription

// The rival of the transport benchmark: a stock Hummingbird server. A package of its own, so that nobody who builds
// Portico resolves it.
let package = Package(
    name: "transport-rival",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        .executableTarget(
            name: "Rival",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "Sources/Rival")
    ],
    swiftLanguageModes: [.v6]
)
