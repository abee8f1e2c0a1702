"""What qwen3lite-nano learns from: seeded conversations, their tokens, and the training itself."""
