"""Guessed tokens: how much faster texts that repeat their prompt come, and what others lose.

    python benchmarks/speculation.py [MODEL] --repeat 5    # MODEL as Model() takes it, else smollm2

Each prompt is answered with guesses and without, in turns; both answers have to be the same.
"""

from __future__ import annotations

import argparse
import json
import statistics

from qwen3lite import Model

CODE = """
class Stack:
    def __init__(self):
        self.items = []

    def push(self, item):
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("pop from an empty stack")
        return self.items.pop()

    def peek(self):
        if not self.items:
            raise IndexError("peek at an empty stack")
        return self.items[-1]

    def __len__(self):
        return len(self.items)
"""
ORDERS = [
    {"id": 1000 + 7 * i, "customer": name, "city": city, "total": 19.5 + 3 * i}
    for i, (name, city) in enumerate(
        [("Anna", "Oslo"), ("Ben", "Rome"), ("Mia", "Lima"), ("Leo", "Cairo"), ("Sara", "Delhi")]
    )
]
PROMPTS = {
    "code edit": f"Write this class again, with `item` renamed to `value`:\n```python{CODE}```",
    "tool result quoted": "A tool returned these orders. Print them again, each on a line of"
    f" its own as JSON:\n{json.dumps(ORDERS)}",
    "story": "Write a short story about a lighthouse keeper and a storm.",
    "explanation": "Explain why the sky is blue and sunsets are red.",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="smollm2")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    plain, guessing = (
        Model(arguments.model, n_threads=arguments.threads, max_draft=n) for n in (0, 15)
    )
    for name, prompt in PROMPTS.items():
        ratios, rates, drafted, accepted = [], [], 0, 0
        for _ in range(arguments.repeat):
            answers = [
                model.chat(
                    [{"role": "user", "content": prompt}],
                    max_tokens=arguments.max_tokens,
                    temperature=0.0,
                )
                for model in (plain, guessing)
            ]
            assert answers[0].message == answers[1].message, name
            slow, fast = (answer.timings for answer in answers)
            ratios.append(fast.decode_rate / slow.decode_rate)
            rates.append(fast.decode_rate)
            drafted, accepted = drafted + fast.n_drafted, accepted + fast.n_accepted
        n = answers[1].timings.n_generated
        print(
            f"{name:20} {n:4} tokens, {statistics.median(rates):7.1f} tok/s,"
            f" {statistics.median(ratios):.2f} times ({min(ratios):.2f} - {max(ratios):.2f});"
            f" guessed {drafted // arguments.repeat}, {accepted / max(drafted, 1):.0%} right"
        )


if __name__ == "__main__":
    main()
