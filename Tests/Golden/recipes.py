"""What is done with the models: the tuned-lens recipe (Belrose et al. 2023, arXiv:2303.08112), training
of a language model, reading of answers, greedy generation. In float64, after the optimizers' papers."""
import math

import torch

from models import cross_entropy


class Sgd:
    """Nesterov momentum; decay is part of the gradient."""

    def __init__(self, momentum=0.9, decay=1e-3):
        self.momentum, self.decay, self.velocity = momentum, decay, {}

    def update(self, name, w, gradient, rate, step):
        gradient = gradient + self.decay * w
        velocity = self.momentum * self.velocity.get(name, 0) + gradient
        self.velocity[name] = velocity
        return w - rate * (gradient + self.momentum * velocity)


class Adam:
    """AMSGrad (arXiv:1904.09237) with decay in the gradient, or AdamW (arXiv:1711.05101)."""

    def __init__(self, decay, decoupled):
        self.decay, self.decoupled, self.moments = decay, decoupled, {}

    def update(self, name, w, gradient, rate, step, decay=None):
        decay = self.decay if decay is None else decay
        if self.decoupled:
            w = w - rate * decay * w
        else:
            gradient = gradient + decay * w
        m, v, largest = self.moments.get(name, (0, 0, torch.zeros_like(w)))
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient ** 2
        largest = v if self.decoupled else torch.maximum(largest, v)
        self.moments[name] = (m, v, largest)
        size = torch.sqrt(largest / (1 - 0.999 ** step)) + 1e-8
        return w - rate * (m / (1 - 0.9 ** step)) / size


JORDAN = [(3.4445, -4.7750, 2.0315)] * 5
SHORT = [(8.0934, -23.6204, 17.4462), (3.6366, -2.7219, 0.5365), (2.6613, -1.9772, 0.4526)]


def orthogonalized(matrix, polynomials):
    """Singular values s as shares of the Frobenius norm go through a·s + b·s³ + c·s⁵."""
    u, s, v = torch.linalg.svd(matrix, full_matrices=False)
    s = s / torch.linalg.norm(matrix)
    for a, b, c in polynomials:
        s = a * s + b * s ** 3 + c * s ** 5
    return u @ torch.diag(s) @ v


def clipped(gradients, limit=1.0):
    """Factor on the gradients, and the norm of all of them together."""
    norm = math.sqrt(sum(float((g * g).sum()) for g in gradients))
    return min(1.0, limit / (norm + 1e-6)), norm


class Lens:
    """Translators h + A h + b, zero at first."""

    def __init__(self, layers, width):
        self.weight = [torch.zeros(width, width).double() for _ in range(layers)]
        self.bias = [torch.zeros(width).double() for _ in range(layers)]

    def translate(self, layer, stream):
        return stream + stream @ self.weight[layer].T + self.bias[layer]


def divergences(model, lens, streams):
    """Mean KL to the model's own output at every layer, and the gradients of its translator."""
    log_p = torch.log_softmax(model.logits(streams[-1]), -1).detach()
    for layer, stream in enumerate(streams[1:]):
        parameters = lens.weight[layer], lens.bias[layer]
        for p in parameters:
            p.requires_grad_(True)
        log_q = torch.log_softmax(model.logits(lens.translate(layer, stream)), -1)
        loss = (log_p.exp() * (log_p - log_q)).sum(-1).mean()
        gradients = torch.autograd.grad(loss, parameters)
        for p in parameters:
            p.requires_grad_(False)
        yield float(loss.detach()), gradients


def train_lens(model, windows, held_out, optimizer, steps):
    """Steps over consecutive windows, an equal share each; rates fall linearly.

    Returns the lens, and losses and norms of the gradients of every step, KL on `held_out` at both ends."""
    with torch.no_grad():
        shares = [model.run(part) for part in windows.chunk(steps)]
        apart = model.run(held_out)
    lens = Lens(model.blocks, model.config["hidden_size"])
    rules = {"sgd": Sgd(), "adam": Adam(1e-3, False), "muon": LensMuon(steps)}
    rule, peak = rules[optimizer], {"sgd": 0.1, "adam": 1e-3, "muon": 0.005}[optimizer]
    record = {"loss": [], "gradient_norm": [],
              "held_out": [[loss for loss, _ in divergences(model, lens, apart)]]}
    for step, streams in enumerate(shares):
        losses, gradients = zip(*divergences(model, lens, streams))
        factor, norm = clipped([g for pair in gradients for g in pair])
        rate = peak * (steps - step) / steps
        gradients = [tuple(factor * g for g in pair) for pair in gradients]
        if optimizer == "muon":
            rule.update(lens, gradients, rate, step, streams[-1])
        else:
            for layer, (weight, bias) in enumerate(gradients):
                lens.weight[layer] = rule.update(
                    f"{layer}.weight", lens.weight[layer], weight, rate, step + 1)
                lens.bias[layer] = rule.update(
                    f"{layer}.bias", lens.bias[layer], bias, rate, step + 1)
        record["loss"].append(losses)
        record["gradient_norm"].append(norm)
    record["held_out"].append([loss for loss, _ in divergences(model, lens, apart)])
    return lens, record


class LensMuon:
    """Muon on translators: a step turns all directions alike, by a share of what I + A stretches; in the
    first half of the steps a layer's rate grows with the agreement of gradient and last direction."""

    def __init__(self, steps, momentum=0.9, decay=1e-3):
        self.steps, self.momentum, self.decay = steps, momentum, decay
        self.velocity, self.direction, self.factor = {}, {}, {}
        self.biases = Adam(decay, False)

    def update(self, lens, gradients, rate, step, last_stream):
        unit = float((last_stream ** 2).mean().sqrt())
        sizes = [sum(float((g * g).sum()) for g in pair) for pair in gradients]
        for layer, (weight, bias) in enumerate(gradients):
            # Towards the model's own output the last layer has nothing to learn.
            if sizes[layer] <= 1e-8 * max(sizes):
                continue
            if step < self.steps // 2 and layer in self.direction:
                direction = self.direction[layer]
                cosine = (weight * direction).sum() / (weight.norm() * direction.norm())
                self.factor[layer] = self.factor.get(layer, 1) * math.exp(float(cosine) + 0.01)
            self.velocity[layer] = self.momentum * self.velocity.get(layer, 0) + weight
            direction = orthogonalized(weight + self.momentum * self.velocity[layer], SHORT)
            self.direction[layer] = direction
            A, width = lens.weight[layer], len(bias)
            whole = A + torch.eye(width).double()
            share = rate * self.factor.get(layer, 1) * float(whole.norm()) / math.sqrt(width)
            lens.weight[layer] = A - share * (self.decay * A + direction)
            lens.bias[layer] = self.biases.update(
                layer, lens.bias[layer], bias, 0.1 * rate * unit, step + 1)


def train_model(model, windows, optimizer, steps, rate=1e-3, decay=0.1):
    """Steps of AdamW, or of Muon for the matrices inside the blocks, at a constant rate.

    Returns losses and norms of the gradients; `model` is another one afterwards."""
    rule, velocity = Adam(decay, True), {}
    record = {"loss": [], "gradient_norm": []}
    for step, ids in enumerate(windows.chunk(steps)):
        for w in model.weights.values():
            w.requires_grad_(True)
        loss = cross_entropy_mean(model, ids)
        names = list(model.weights)
        gradients = torch.autograd.grad(loss, [model.weights[n] for n in names])
        factor, norm = clipped(gradients)
        for name, gradient in zip(names, gradients):
            w, gradient = model.weights[name].detach(), factor * gradient
            is_matrix = name.endswith("_proj.weight")
            if optimizer == "muon" and is_matrix:
                velocity[name] = 0.95 * velocity.get(name, 0) + gradient
                direction = orthogonalized(gradient + 0.95 * velocity[name], JORDAN)
                size = 0.2 * math.sqrt(max(w.shape))
                w = w - rate * (decay * w + size * direction)
            else:
                decays = is_matrix or name.endswith("conv1d.weight")
                w = rule.update(name, w, gradient, rate, step + 1, decay if decays else 0)
            model.weights[name] = w
        record["loss"].append(float(loss.detach()))
        record["gradient_norm"].append(norm)
    return record


def cross_entropy_mean(model, ids):
    weights = torch.ones(len(ids), ids.shape[1] - 1).double()
    return cross_entropy(model, ids, weights) / weights.numel()


def read_answer(model, lens, streams, target):
    """Probability, log-probability and rank of `target` by every layer and by the model, from the streams
    of one position after 0...N blocks."""
    def read(logits):
        log_q = torch.log_softmax(logits, -1)
        return {"probability": float(log_q[target].exp()), "log_probability": float(log_q[target]),
                "rank": 1 + int((log_q > log_q[target]).sum())}
    layers = [read(model.logits(lens.translate(i, s))) for i, s in enumerate(streams[1:])]
    return layers, read(model.logits(streams[-1]))


def generate(model, ids, count):
    """The most probable continuation, and by how much its closest decision was ahead, in nats."""
    ids, margin = list(ids), math.inf
    for _ in range(count):
        with torch.no_grad():
            best = model.logits(model.run(torch.tensor([ids]))[-1][0, -1]).topk(2)
        margin = min(margin, float(best.values[0] - best.values[1]))
        ids.append(int(best.indices[0]))
    return ids[-count:], margin
