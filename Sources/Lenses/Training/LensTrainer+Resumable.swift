import Base
import Models
import Results
import Tensors
import Training

extension LensTrainer: ResumableTraining {
    package var completedSteps: Int { progress.step }
    package var totalSteps: Int { options.text.steps }
    package var totalTokens: Int { options.text.steps * options.text.tokensPerStep }
    /// As params.pt and as params.safetensors.
    package var resultByteCount: Int { 2 * lens.byteCount }

    package var tensors: [(name: String, tensor: Tensor)] {
        let best: [(name: String, tensor: Tensor)]? = best.map {
            [("best.weight", $0.weight), ("best.bias", $0.bias)]
        }
        return optimizer.tensors + (best ?? [])
    }

    package var gradients: [(name: String, tensor: Tensor)] { optimizer.gradients }

    package static func isBetweenSteps(_ progress: Progress) -> Bool { progress.positions == 0 }

    package func restored(_ progress: Progress) { self.progress = progress }

    package var identity: SnapshotIdentity {
        get throws {
            let windows = text.windows
            var identity = try SnapshotIdentity(
                options: options,
                sources: [
                    "model_sha256": try model.checkpoint.sha256(),
                    "starting_lens": startingLens, "windows_sha256": windows.sha256,
                    "held_out_sha256": heldOut.windows.sha256,
                    "token_count": "\(windows.tokenCount)",
                    "byte_count": "\(windows.byteCount)",
                    "document_count": "\(windows.documentCount)",
                ])
            identity.add(sources: model.configuration.identity)
            // Says again in words what the other options say.
            identity[.option("recipe")] = nil
            return identity
        }
    }

    /// What of a restored `progress` no training with these options can have written.
    package func flaw(in progress: Progress) -> SnapshotFlaw? {
        let layers = lens.layerCount
        let counts = progress.measurementsSinceBest
        guard counts.count == layers,
            counts.allSatisfy({ (0...options.text.steps + 1).contains($0) })
        else {
            return SnapshotFlaw(
                "measurementsSinceBest", found: "\(counts)",
                expected: "\(counted(layers, "number")) from 0 to \(options.text.steps + 1)")
        }
        guard progress.smallestLosses == nil || best != nil else {
            return SnapshotFlaw(
                "smallestLosses", found: "present",
                expected: "none where the last translators are kept")
        }
        let closedForm = progress.closedForm
        if let ridges = closedForm?.ridges, ridges.count != layers {
            return SnapshotFlaw(
                "closedForm.ridges", found: counted(ridges.count, "number"), expected: "\(layers)")
        }
        if let flaw = SnapshotFlaw.outside(0...options.text.steps, "step", progress.step) {
            return flaw
        }
        let positions = 0...options.positionsPerStep - 1
        if let flaw = SnapshotFlaw.outside(positions, "positions", progress.positions) {
            return flaw
        }
        if let flaw = SnapshotFlaw.notFinite("squares", [progress.squares], count: 1) {
            return flaw
        }
        let byLayer: [(field: String, values: [Double]?)] = [
            ("losses", progress.losses), ("lossSums", progress.lossSums),
            ("smallestLosses", progress.smallestLosses),
            ("closedForm.start", closedForm?.start), ("closedForm.end", closedForm?.end),
        ]
        for (field, values) in byLayer {
            guard let values else { continue }
            if let flaw = SnapshotFlaw.notFinite(field, values, count: layers) { return flaw }
        }
        return nil
    }
}
