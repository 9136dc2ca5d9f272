// swift-tools-version:6.2
import PackageDescription

// Fuzz targets over the parsers of the platform and of the applications. `scripts/fuzz` builds and runs them.
//
// A package of its own, because everything in it is compiled with the fuzzer's counters and the address sanitizer.
// `Sources`, `Plugins` and `scripts` are links to the folders of the repository: the same files, compiled once more.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

func system(_ name: String, pkgConfig: String?) -> Target {
    .systemLibrary(name: name, path: "Sources/C/\(name)", pkgConfig: pkgConfig)
}

func platform(
    _ name: String, _ dependencies: [Target.Dependency], only sources: [String]? = nil, assets: Bool = false
) -> Target {
    .target(
        name: name, dependencies: dependencies, path: "Sources/Platform/\(name)",
        exclude: sources == nil ? (assets ? ["README.md", "Assets"] : ["README.md"]) : [], sources: sources,
        swiftSettings: settings, plugins: assets ? ["EmbedAssets"] : [])
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")

let package = Package(
    name: "portico-fuzzing",
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .plugin(name: "EmbedAssets", capability: .buildTool()),

        system("CBrotli", pkgConfig: "libbrotlienc"),
        system("CCurl", pkgConfig: "libcurl"),
        system("CExpat", pkgConfig: "expat"),
        system("CQRencode", pkgConfig: "libqrencode"),
        system("CSodium", pkgConfig: "libsodium"),
        system("CZlib", pkgConfig: "zlib"),
        system("CZstd", pkgConfig: "libzstd"),

        platform("PorticoValues", ["CSodium"]),
        platform("PorticoJSON", ["PorticoValues"]),
        platform("PorticoTables", ["PorticoValues", "PorticoJSON", "CExpat", "CZlib"]),
        platform("PorticoTelemetry", ["PorticoValues", logging]),
        platform("PorticoLimits", ["PorticoValues"]),
        platform("PorticoOutbound", ["PorticoValues", "PorticoTelemetry", "PorticoLimits", "CCurl"]),
        platform("PorticoCache", ["PorticoValues", "PorticoTelemetry", "PorticoLimits", "CZlib"]),
        platform("PorticoSQL", ["PorticoValues", "PorticoTelemetry", logging]),
        platform("PorticoPages", ["PorticoValues", "CQRencode"], assets: true),
        platform(
            "PorticoHTTP",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoSQL", "PorticoPages",
                logging, "CBrotli", "CZlib", "CZstd",
            ]),
        platform(
            "PorticoIdentity",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoSQL", "PorticoPages",
                "PorticoHTTP", "CSodium",
            ]),
        platform("PorticoEvents", ["PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoSQL", logging]),
        platform(
            "PorticoRedis",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoLimits", "PorticoCache", "PorticoEvents",
                nioCore, nioPosix, logging,
            ]),
        platform(
            "PorticoRealtime",
            [
                "PorticoValues", "PorticoJSON", "PorticoTelemetry", "PorticoRedis", "PorticoHTTP", "PorticoEvents",
                "CZlib",
            ]),
        platform(
            "PorticoServer",
            ["PorticoValues", "PorticoTelemetry", "PorticoCache", "PorticoHTTP", nioCore, nioPosix, nioHTTP1]),
        // Writing mails and reading schedules, without the queue and the library that sends.
        platform(
            "PorticoJobs", ["PorticoValues"],
            only: [
                "Mail/MailAddress.swift", "Mail/MailEncoding.swift", "Mail/MailHeader.swift",
                "Schedules/CronExpression.swift", "Schedules/CronField.swift", "Schedules/PosixZone.swift",
            ]),
        // Secrets and signatures, without subscriptions and deliveries.
        platform(
            "PorticoWebhooks", ["PorticoValues"],
            only: ["Deliveries/WebhookSignature.swift", "Subscriptions/WebhookSecret.swift"]),
        // The rules of the bags need no engine and no listener: the umbrella of their import is a small one here.
        .target(name: "Portico", dependencies: ["PorticoValues"], path: "Targets/Umbrella"),
        .target(
            name: "BagTracking", dependencies: ["Portico"], path: "Sources/Applications/BagTracking/Domain",
            swiftSettings: settings),

        .executableTarget(
            name: "PorticoFuzz",
            dependencies: [
                "PorticoValues", "PorticoJSON", "PorticoTables", "PorticoLimits", "PorticoCache", "PorticoOutbound",
                "PorticoRedis", "PorticoSQL",
                "PorticoHTTP", "PorticoIdentity", "PorticoRealtime", "PorticoServer", "PorticoJobs", "PorticoWebhooks",
                "BagTracking", nioCore, nioHTTP1, nioEmbedded,
            ],
            path: "Targets/PorticoFuzz",
            // The fuzzer brings the entry point along.
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])]),
    ],
    swiftLanguageModes: [.v6]
)
