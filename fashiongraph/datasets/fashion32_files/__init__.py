"""The two layouts of Fashion32."""
