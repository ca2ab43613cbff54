import ArgumentParser
import Base
import CommandSupport
import Corpora
import Reports
import Results

extension BabiSplit: ExpressibleByArgument {}
extension BabiFormat: ExpressibleByArgument {}

/// `lens data babi`: new stories of the bAbI tasks.
struct DataBabiCommand: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "babi",
        abstract: "Make new stories of the bAbI tasks, with answers and supporting facts.",
        discussion: """
            Simulates the worlds of Weston et al. 2015 (arXiv:1502.05698). The words are those of \
            the released files, lengths and the balance of the answers are close to theirs; every \
            answer is exact.

              lens data babi --tasks 1-13,15,16,20 --split train --limit 2000 --out train
              lens data babi --tasks 1-13,15,16,20 --split test --limit 200 --out test
              lens eval babilong --data test --tasks qa1,qa6 ...

            A story belongs to one split by the hash of its sentences: sets of different splits \
            share no story, whatever their seeds. The same seed gives the same bytes, and a task's \
            stories do not depend on which other tasks are made.
            """)

    @Option(help: ArgumentHelp("Comma-separated tasks and ranges, or all.", valueName: "1-3,5|all"))
    var tasks = "all"

    @Option(
        help: ArgumentHelp(
            "Stories of each task to make; most ask five questions, tasks 4, 16 and 19 one.",
            valueName: "n"))
    var limit = 200

    @Option(help: "Which part of all possible stories to draw from.")
    var split = BabiSplit.test

    @Option(help: ArgumentHelp("Seed of the stories.", valueName: "n"))
    var seed: UInt64 = 0

    @Option(
        help: """
            babi: numbered lines with supporting facts, qa1_single-supporting-fact_test.txt; \
            babilong: rows of input, question and target, qa1/0k.json.
            """)
    var format = BabiFormat.babi

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Folder to write to, one for each split.", valueName: "dir"),
        completion: .directory)
    var out: String

    @Flag(help: "Replace the stories that an earlier run left in --out.")
    var overwrite = false

    func validate() throws {
        try requireNumber(limit, "--limit", 1...1 << 24)
        try requireFolder(out)
    }

    func perform() throws -> String {
        let tasks = try BabilongTasks.parse(tasks).map(BabiTask.init(name:))
        let folder = try OutputFolder(
            out,
            for: .init(
                command: "lens data babi", result: "a finished set of stories", key: "run.json"),
            mode: overwrite ? .overwrite : .new)

        let display = ProgressDisplay("telling", unit: "stories", total: tasks.count * limit)
        let written = try format.write(
            tasks, split: split, stories: limit, seed: seed, to: folder.work
        ) { display.update($0) }
        display.finish()
        var table = TextTable("task", "stories", "questions", "file")
        for made in written {
            table.add([made.task.name, "\(limit)", "\(made.questions)", made.file])
        }
        let files = try written.map { try MadeRecord.File(path: $0.file, in: folder.work) }
        let record = MadeRecord(command: commandLine, version: version, seed: seed, files: files)
        try writeFile(try record.json(), to: join(folder.work, "run.json"))
        try folder.commit()
        return "\(table.text)\nstories written to \(out)"
    }
}
