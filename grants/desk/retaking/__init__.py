"""看不清，请重拍: whoever checks one file asks for a better one of it; nothing else about the project moves."""
