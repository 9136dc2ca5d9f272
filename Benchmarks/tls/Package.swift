// swift-tools-version:6.2
import PackageDescription

// A listener with and without NIO-SSL, to time what the library adds to a build and what TLS in the process costs.
// A package of its own, so that nobody who builds Portico resolves it.
let package = Package(
    name: "tls-cost",
    platforms: [.macOS(.v15)],
    traits: ["TLS"],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
    ],
    targets: [
        .executableTarget(
            name: "Listener",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl", condition: .when(traits: ["TLS"])),
            ],
            path: "Sources/Listener")
    ],
    swiftLanguageModes: [.v6]
)
