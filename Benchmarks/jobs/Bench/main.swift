import Glibc
import PorticoSQL

// Bench speed STORE JOBS [PLACES] | age STORE FINISHED WAITING | sample STORE JOBS | fill STORE MOST | work STORE PLACES | drain STORE | held STORE | check STORE

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 2 else { exit(64) }
let database = try await open(words[1])
let number = words.count > 2 ? Int(words[2]) : nil

switch (words[0], number) {
case ("speed", .some(let jobs)):
    try await Speed.measure(database, jobs: jobs, places: words.count > 3 ? Int(words[3]) : nil)
case ("age", .some(let finished)):
    try await Age.fill(database, finished: finished, waiting: words.count > 3 ? Int(words[3]) ?? 0 : 0)
case ("sample", .some(let jobs)): try await Speed.measure(database, jobs: jobs, places: nil, drains: false)
case ("fill", .some(let most)): try await Kills.fill(database, upTo: most)
case ("work", .some(let places)): try await Kills.work(database, places: places)
case ("drain", _): try await Kills.drain(database)
case ("held", _): try await Kills.held(database)
case ("check", _): try await Kills.check(database)
default: exit(64)
}
await database.engine.close()
