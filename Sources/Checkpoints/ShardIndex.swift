import Base
import Tensors

/// What can be wrong between an index of shards and the shards.
package enum ShardIndexFlaw: Error, Equatable, Sendable, CustomStringConvertible {
    case noTensors
    case shardOutsideFolder(tensor: String, shard: String)
    case missingFromShard(tensor: String, shard: String)
    case unlisted(tensor: String, shard: String)

    package var description: String {
        switch self {
        case .noTensors: "its weight_map is empty, expected names of tensors and their files"
        case .shardOutsideFolder(let tensor, let shard):
            "places tensor '\(tensor.clipped)' in '\(shard.clipped)', expected the plain name of "
                + "a file in the same folder"
        case .missingFromShard(let tensor, let shard):
            "places tensor '\(tensor.clipped)' in '\(shard.clipped)', which does not hold it; are index "
                + "and shards of the same download?"
        case .unlisted(let tensor, let shard):
            "does not list tensor '\(tensor.clipped)', which '\(shard.clipped)' holds; are index and "
                + "shards of the same download?"
        }
    }
}

/// What a head is called that may be one tensor with the embedding.
package let tiedHeadName = "lm_head.weight"

/// The `*.index.json` beside the shards of a checkpoint: which file holds which tensor.
struct ShardIndex: Decodable {
    let weightMap: [TensorName: String]

    enum CodingKeys: String, CodingKey { case weightMap = "weight_map" }

    /// File names in order, each once.
    var shards: [String] { Set(weightMap.values).sorted() }

    static func read(_ path: String) throws -> ShardIndex {
        let stored = try decodeJSON(ShardIndex.self, from: path)
        let index = ShardIndex(
            weightMap: stored.weightMap.mapValues { shard in
                shard.hasPrefix("./") ? String(shard.dropFirst(2)) : shard
            })
        guard !index.weightMap.isEmpty else {
            throw CheckpointError.shardIndex(path: path, flaw: .noTensors)
        }
        for (tensor, shard) in index.weightMap
        where shard.isEmpty || shard == "." || shard == ".." || shard.contains("/")
            || shard.contains("\\") || shard.contains("\0") || shard.utf8.count > 255
        {
            throw CheckpointError.shardIndex(
                path: path, flaw: .shardOutsideFolder(tensor: tensor.text, shard: shard))
        }
        return index
    }

    /// - Parameter shards: tensors by the file name of their shard.
    /// - Throws: the flaw of the first tensor, in order of names, that index and shards disagree on.
    func merge(
        _ shards: [String: Safetensors.Content]
    ) throws(ShardIndexFlaw) -> [(name: String, tensor: StoredTensor)] {
        let stored = shards.mapValues {
            Set(($0.named.map(\.name) + $0.foreign.map(\.name)).map(TensorName.init))
        }
        for (name, shard) in weightMap.sorted(by: { $0.key < $1.key }) {
            // A head that is the embedding may be listed and is stored once.
            guard name.text.hasSuffix(tiedHeadName) || stored[shard]?.contains(name) == true else {
                throw .missingFromShard(tensor: name.text, shard: shard)
            }
        }
        let ordered = shards.sorted { $0.key < $1.key }
        for (shard, content) in ordered {
            let names = content.named.map { TensorName($0.name) }.sorted()
            if let name = names.first(where: { weightMap[$0] != shard }) {
                throw .unlisted(tensor: name.text, shard: shard)
            }
        }
        return ordered.flatMap(\.value.named)
    }
}
